import path from 'node:path';
import { OtelEventsError } from '../errors.ts';
import type { ReadLog } from '../spool/read/read-log.ts';
import { performance, setImmediate } from '../time.ts';
import { openQuarantine, type Quarantined, readQuarantined, type Waiting, waitingIn } from './quarantined.ts';

/** Which events are listed. */
export interface ListOptions {
  /** Of events of this name only. */
  readonly name?: string | undefined;
  readonly limit: number;
  /** So many newer ones are left out. */
  readonly skip: number;
}

export interface Listed {
  /** The newest first. */
  readonly events: readonly Quarantined[];
  readonly total: number;
  /** Files that could not be read. */
  readonly unread: number;
}

/** So long the quarantine is read without a pause for others. */
const SLICE_MS = 20;

/** Looks into the quarantine of an app. One thing after the other. */
export class QuarantineDesk {
  readonly directory: string;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param directory - as the option `quarantine` of a logger has it; it may come later */
  constructor(directory: string) {
    this.directory = path.resolve(directory);
  }

  /** @throws OtelEventsError `OPTION_INVALID` for a directory that is no quarantine, `SPOOL_UNREADABLE` */
  list({ name, limit, skip }: ListOptions): Promise<Listed> {
    return this.#next(async () => {
      const logs = this.#open();
      const newest: Waiting[] = [];
      let total = 0;
      for await (const waiting of paced(waitingIn(logs))) {
        if (name !== undefined && waiting.name !== name) continue;
        total++;
        newest.push(waiting);
        if (newest.length > limit + skip) newest.shift();
      }
      const events = newest
        .reverse()
        .slice(skip, skip + limit)
        .map(readQuarantined);
      return { events, total, unread: unreadOf(logs) };
    });
  }

  /** @returns undefined for one that is not there, or no longer */
  find(id: string): Promise<Quarantined | undefined> {
    return this.#next(() => this.#ofId(id));
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Nothing where no app has quarantined anything yet. */
  #open(): ReadLog[] {
    try {
      return openQuarantine(this.directory);
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return [];
      if (syscall === undefined) throw error;
      throw new OtelEventsError('SPOOL_UNREADABLE', `cannot read ${this.directory}: ${code}`, {
        cause: error,
      });
    }
  }

  async #ofId(id: string): Promise<Quarantined | undefined> {
    const sought = Buffer.from(id);
    for await (const waiting of paced(waitingIn(this.#open()))) {
      // Most need not be read.
      if (id === '' || !Buffer.from(waiting.field).includes(sought)) continue;
      const one = readQuarantined(waiting);
      if (one.event?.id === id) return one;
    }
    return undefined;
  }
}

/** With pauses: whoever reads files of hundreds of megabytes must not keep others waiting. */
async function* paced<T>(items: Iterable<T>): AsyncGenerator<T, void> {
  let until = performance.now() + SLICE_MS;
  for (const item of items) {
    yield item;
    if (performance.now() < until) continue;
    await new Promise<void>((resolve) => void setImmediate(resolve));
    until = performance.now() + SLICE_MS;
  }
}

function unreadOf(logs: readonly ReadLog[]): number {
  return logs.reduce((sum, { unread }) => sum + unread.length, 0);
}
