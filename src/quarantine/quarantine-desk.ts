import path from 'node:path';
import { OtelEventsError } from '../errors.ts';
import type { Issue } from '../issue.ts';
import { type Checked, findChecked } from '../schema/find-checked.ts';
import type { ReadLog } from '../spool/read/read-log.ts';
import { performance, setImmediate } from '../time.ts';
import { type Data, mend } from './mend.ts';
import { openQuarantine, type Quarantined, readQuarantined, type Waiting, waitingIn } from './quarantined.ts';
import { stillRedacted } from './still-redacted.ts';
import { fromJson } from './to-json.ts';

/** What a {@link QuarantineDesk} works with. */
export interface DeskOptions {
  /** As the option `quarantine` of a logger has it; it may come later. */
  readonly directory: string;
  /** What mended events must pass. */
  readonly checked: () => readonly Checked[];
}

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

/** What a mended event is checked by, and what is wrong with it. */
export interface Verdict {
  /** The newest version that is known; undefined: none is. */
  readonly schema: Pick<Checked, 'schemaId' | 'version'> | undefined;
  readonly issues: readonly Issue[];
}

/** So long the quarantine is read without a pause for others. */
const SLICE_MS = 20;

/** Looks into the quarantine of an app, and checks how events can be mended. One thing after the other. */
export class QuarantineDesk {
  readonly directory: string;
  readonly #checked: DeskOptions['checked'];
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ directory, checked }: DeskOptions) {
    this.directory = path.resolve(directory);
    this.#checked = checked;
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

  /**
   * Checks an event with other data, and changes nothing.
   * @param data - as JSON; undefined: those that it has
   * @returns undefined for one that is not there, or no longer
   */
  check(id: string, data?: Data): Promise<Verdict | undefined> {
    return this.#next(async () => {
      const event = await this.#ofId(id);
      return event && this.#verdict(event, data);
    });
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

  #verdict({ event, issues, ...rest }: Quarantined, given: Data | undefined): Verdict {
    const before = (event?.data ?? {}) as Data;
    const after = given === undefined ? before : (fromJson(before, given) as Data);
    const checked = this.#checked();
    const schema = event && findChecked(checked, event.schemaId ?? event.name);
    const mended = mend({ event, issues, ...rest }, { change: () => after, checked });
    return {
      schema: schema && { schemaId: schema.schemaId, version: schema.version },
      issues: [...(mended.issues ?? []), ...stillRedacted({ before, after, issues }, schema)],
    };
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
