export {
  appDetector,
  deviceDetector,
  type EventResourceDetector,
  identifyingDeviceDetector,
} from './detectors.ts';
export { type DurableLogRecord, DurableLogRecordProcessor } from './durable-log-record-processor.ts';
export type { DurableProcessorOptions } from './durable-options.ts';
export { type DurableSpan, DurableSpanProcessor } from './durable-span-processor.ts';
export { type EmittedLogRecord, EventToSpanEventProcessor } from './event-to-span-event-processor.ts';
