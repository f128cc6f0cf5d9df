import type { Consume } from '../otlp/wire/batch.ts';
import type { Tally } from './counts/tally.ts';
import type { Entry } from './entry.ts';
import type { Log } from './log.ts';
import type { ServiceStatus } from './status-page.ts';

/** What components are given that is the collector's, whichever configuration they are of. */
export interface Surroundings {
  readonly log: Log;
  /** Takes the lines of exporters that show data. */
  readonly write: (line: string) => void;
  /** Exporters that the caller brings, by component id. */
  readonly extra: Readonly<Record<string, Consume>>;
  /** Collects all garbage while everything waits; only in a process of the collector's own. */
  readonly collectGarbage?: (() => void) | undefined;
  /** What runs, and its counts. */
  readonly status: () => ServiceStatus;
  /** Whether everything that has to own data can take it at the moment. */
  readonly isWell: () => boolean;
  /** Where the requests of receivers go in, by id; for the life of the collector. */
  readonly entries: Map<string, Entry>;
  /** Things that an exporter has had, such as files; for the life of the collector. */
  readonly claimed: Set<string>;
  /** Counts for the collector's own metrics. */
  readonly tally: Tally;
}
