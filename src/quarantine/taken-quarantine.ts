import { OtelEventsError } from '../errors.ts';
import { MAX_SINKS } from '../spool/log/layout.ts';
import type { ReadLog } from '../spool/read/read-log.ts';
import { Spool } from '../spool/spool.ts';
import { TakenLog } from '../spool/taken-log.ts';
import type { Waiting } from './quarantined.ts';

/** Whether nobody has the sub-directory, so that events can be taken out of it. */
export function isTakeable({ home: { state }, unread }: ReadLog): boolean {
  return (state === 'dead' || state === 'free') && unread.length === 0;
}

/**
 * A sub-directory of a quarantine that is ours for as long as events are taken out of it. Cursors only know
 * positions: those that stay are written anew before the old ones go, so that a crash leaves them twice, and
 * never not at all.
 */
export class TakenQuarantine {
  readonly #directory: string;
  readonly #taken: TakenLog;

  private constructor(directory: string, taken: TakenLog) {
    this.#directory = directory;
    this.#taken = taken;
  }

  /**
   * @returns undefined if somebody else was faster
   * @throws OtelEventsError `SPOOL_UNWRITABLE`
   */
  static take(directory: string, log: ReadLog): TakenQuarantine | undefined {
    const taken = TakenLog.take(directory, log);
    return taken === undefined ? undefined : new TakenQuarantine(directory, taken);
  }

  /**
   * Takes `gone` out, and lets go of the sub-directory.
   * @param all - whatever waits in it, in order
   * @throws OtelEventsError `SPOOL_UNWRITABLE`; all are there then
   */
  async remove(all: readonly Waiting[], gone: ReadonlySet<Waiting>): Promise<void> {
    const last = all.at(-1);
    try {
      if (gone.size === 0 || last === undefined) return;
      const left = all.filter((each) => !gone.has(each));
      if (left.length > 0) await this.#writeAnew(left);
      const bits = Array.from({ length: MAX_SINKS }, (_, bit) => bit);
      this.#taken.settle(bits, last.end);
    } finally {
      await this.#taken.finish();
    }
  }

  async #writeAnew(left: readonly Waiting[]): Promise<void> {
    const spool = new Spool({ spool: this.#directory, durability: 'disk' });
    try {
      for (const { signal, header, name, sinks, field } of left) {
        const kept = spool.append(spool.kind(signal, header, name, sinks), field);
        if (kept === 0) throw unwritable(this.#directory);
        // In pieces: what waits in memory is bounded.
        if (spool.failing) throw unwritable(this.#directory);
      }
      spool.flushSync();
      if (spool.failing) throw unwritable(this.#directory);
    } finally {
      spool.close();
    }
  }
}

function unwritable(directory: string): OtelEventsError {
  const fix = 'make room, or see who may write there';
  return new OtelEventsError('SPOOL_UNWRITABLE', `cannot write to ${directory}: nothing was removed`, {
    fix,
  });
}
