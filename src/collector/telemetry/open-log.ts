import type { Log } from '../log.ts';
import { createLog, shownLines } from './create-log.ts';
import { openOutputs } from './open-outputs.ts';
import type { TelemetrySettings } from './telemetry-shape.ts';

/** What the collector writes with. */
export interface OpenLog {
  readonly log: Log;
  /** Takes the lines of exporters that show data. */
  readonly show: (line: string) => void;
  readonly close: () => void;
}

/**
 * Opens the log of a collector.
 * @param resource - the attributes of the collector itself, which lines of JSON have
 * @param write - takes the lines instead of the outputs that the settings name
 * @throws OtelEventsError `COLLECTOR_START_FAILED` if an output cannot be opened
 */
export function openLog(
  { logs }: TelemetrySettings,
  resource: () => ReadonlyMap<string, string>,
  write: ((line: string) => void) | undefined,
): OpenLog {
  const outputs =
    write === undefined ? openOutputs(logs.outputPaths ?? ['stderr']) : { write, close: () => {} };
  const hasResource = logs.hasResource && logs.encoding === 'json';
  const format = { ...logs, resource: hasResource ? resource() : undefined };
  return {
    log: createLog(format, outputs.write),
    show: shownLines(format, outputs.write),
    close: outputs.close,
  };
}
