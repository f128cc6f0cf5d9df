import { counted } from '../counted.ts';
import { OtelEventsError } from '../errors.ts';
import { isNoDirectory, NO_DIRECTORY } from './disk/no-directory.ts';
import type { Settlement } from './log/outcome.ts';
import type { Leftover } from './owner/leftover.ts';

/** Tells of records in files that nobody can read, or not now. */
export class LossReports {
  readonly #onError: (error: OtelEventsError) => void;
  readonly #said = new Set<string>();

  constructor(onError: (error: OtelEventsError) => void) {
    this.#onError = onError;
  }

  /** What was found damaged in what a dead owner left, if anything. */
  damaged({ damage, directory, unreadable }: Leftover): void {
    if (damage.stretches + damage.files + unreadable === 0) return;
    const found = [
      `${counted(damage.stretches, 'damaged stretch', 'damaged stretches')} (${counted(damage.bytes, 'byte')})`,
      `${counted(damage.files, 'unknown file')}`,
      `${counted(unreadable, 'file')} that cannot be read`,
    ];
    const fix =
      'the first two are set aside, in the sub-directory quarantine; all other records are delivered';
    this.#onError(new OtelEventsError('SPOOL_CORRUPT', `${directory}: ${found.join(', ')}`, { fix }));
  }

  /** A part of the configured directory that we may not look at, or not take over. */
  readonly unreadable = (place: string, cause: unknown): void => {
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    const message = `what an earlier process may have left in ${place} cannot be had: ${why}`;
    const theirs =
      'it stays there: give it to the user of this process (chown, chmod), or take it out of the directory';
    const fix = isNoDirectory(cause) ? NO_DIRECTORY : theirs;
    this.#onError(new OtelEventsError('SPOOL_UNREADABLE', message, { cause, fix }));
  };

  /** A file that is there and cannot be read. */
  readonly held = (file: string, cause: unknown): void => {
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    const message = `${file} cannot be read: ${why}`;
    const fix =
      'its records and all behind them wait until it can be read again: see its permissions and its disk';
    this.#onError(new OtelEventsError('SPOOL_UNREADABLE', message, { cause, fix }));
  };

  /** Records of our own whose files are gone or damaged: the first of each kind. */
  settled({ sink, outcome, count }: Settlement): void {
    if (outcome.column !== 'dropped' || this.#said.has(outcome.reason)) return;
    const what = LOSSES.get(outcome.reason);
    if (what === undefined) return;
    this.#said.add(outcome.reason);
    const records = counted(count, `record for ${sink} was`, `records for ${sink} were`);
    const message = `${records} in ${what}; dropped and counted`;
    const fix = 'leave the directory of the spool to the processes that use it';
    this.#onError(new OtelEventsError('SPOOL_CORRUPT', message, { fix }));
  }
}

const LOSSES: ReadonlyMap<string, string> = new Map([
  ['corrupt', 'files of the spool that are damaged, or cannot be read any more'],
  ['spool_lost', 'files of the spool that were removed or moved away'],
]);
