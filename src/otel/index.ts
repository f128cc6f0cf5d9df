export type { DeliveryOptions } from '../delivery-options.ts';
export {
  appDetector,
  deviceDetector,
  type EventResourceDetector,
  identifyingDeviceDetector,
} from './detectors.ts';
export { type DurableLogRecord, DurableLogRecordProcessor } from './durable/durable-log-record-processor.ts';
export type { DurableProcessorOptions } from './durable/durable-options.ts';
export { type DurableSpan, DurableSpanProcessor } from './durable/durable-span-processor.ts';
export { type EmittedLogRecord, EventToSpanEventProcessor } from './event-to-span-event-processor.ts';
