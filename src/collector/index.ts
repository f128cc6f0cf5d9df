export type { CollectorConfig } from './config/read-config.ts';
export type { ExporterStats } from './lane.ts';
export type { ReceiverStats } from './receiver.ts';
export type { Collector, CollectorOptions, CollectorStats, StopOptions } from './start-collector.ts';
export { startCollector } from './start-collector.ts';
