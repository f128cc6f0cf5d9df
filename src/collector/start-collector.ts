import { COMPONENTS } from './components.ts';
import { type Collector, type CollectorOptions, runCollector } from './run-collector.ts';

/**
 * Starts a collector in this process.
 * @throws OtelEventsError `OPTION_UNKNOWN` or `OPTION_INVALID`, `COLLECTOR_CONFIG_INVALID`, with a line for each problem, or
 *   `COLLECTOR_START_FAILED` if a port or a file cannot be opened
 */
export function startCollector(options: CollectorOptions): Promise<Collector> {
  return runCollector(COMPONENTS, options);
}
