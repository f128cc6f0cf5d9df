export {
  appDetector,
  deviceDetector,
  type EventResourceDetector,
  identifyingDeviceDetector,
} from './detectors.ts';
export { type EmittedLogRecord, EventToSpanEventProcessor } from './event-to-span-event-processor.ts';
