export type { ComponentConfig } from './component.ts';
export type { ProcessorStats } from './counts/processor-stats.ts';
export type { ReceiverStats } from './intake.ts';
export type { ExporterStats } from './lane.ts';
export type { CollectorConfig } from './read-config.ts';
export type { Collector, CollectorOptions, CollectorStats, StopOptions } from './run-collector.ts';
export { startCollector } from './start-collector.ts';
