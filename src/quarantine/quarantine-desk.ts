import path from 'node:path';
import { OtelEventsError } from '../errors.ts';
import type { Issue } from '../issue.ts';
import type { Consume } from '../otlp/wire/batch.ts';
import { type Checked, findChecked } from '../schema/find-checked.ts';
import type { ReadLog } from '../spool/read/read-log.ts';
import { performance, setImmediate } from '../time.ts';
import { type Data, mend } from './mend.ts';
import { openQuarantine, type Quarantined, readQuarantined, type Waiting, waitingIn } from './quarantined.ts';
import { stillRedacted } from './still-redacted.ts';
import { isTakeable, TakenQuarantine } from './taken-quarantine.ts';
import { fromJson } from './to-json.ts';

/** What a {@link QuarantineDesk} works with. */
export interface DeskOptions {
  /** As the option `quarantine` of a logger has it; it may come later. */
  readonly directory: string;
  /** What mended events must pass. */
  readonly checked: () => readonly Checked[];
  /** Takes an event that is mended; it owns it when it resolves. */
  readonly send: Consume;
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

/** Looks into the quarantine of an app, mends events one at a time, and sends them on. One thing after the other. */
export class QuarantineDesk {
  readonly directory: string;
  readonly #checked: DeskOptions['checked'];
  readonly #send: Consume;
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ directory, checked, send }: DeskOptions) {
    this.directory = path.resolve(directory);
    this.#checked = checked;
    this.#send = send;
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
    return this.#next(async () => (await this.#ofId(id)).found[0]);
  }

  /**
   * Checks an event with other data, and changes nothing.
   * @param data - as JSON; undefined: those that it has
   * @returns undefined for one that is not there, or no longer
   */
  check(id: string, data?: Data): Promise<Verdict | undefined> {
    return this.#next(async () => {
      const [event] = (await this.#ofId(id)).found;
      return event && this.#mended(event, data).verdict;
    });
  }

  /**
   * Sends an event on with other data, with the id, times and resource that it has; when it is taken it leaves the
   * quarantine. A crash in between leaves it there: it is sent again then, under the same id.
   * @returns undefined for one that is not there, or no longer
   * @throws OtelEventsError `EVENT_INVALID` with `issues`; `SPOOL_UNWRITABLE` for one that somebody else holds, or that was
   *   sent and could not be taken out; what `send` rejects with
   */
  replay(id: string, data?: Data): Promise<Verdict | undefined> {
    return this.#next(async () => {
      const { all, found } = await this.#ofId(id);
      const [event] = found;
      if (event === undefined) return undefined;
      const { verdict, request } = this.#mended(event, data);
      if (request === undefined) throw invalid(verdict.issues);
      // A crash may have left an event twice.
      const logs = [...new Set(found.map(({ log }) => log))].filter(isTakeable);
      const taken: Taken[] = [];
      let isSent = false;
      try {
        for (const log of logs) {
          const own = TakenQuarantine.take(this.directory, log);
          if (own !== undefined) taken.push({ log, own });
        }
        if (taken.length === 0) throw heldBy(event.log);
        await this.#send({ signal: 'logs', encoding: 'protobuf', bytes: request, count: 1 });
        isSent = true;
      } finally {
        await letGo(taken, all, isSent ? found : []);
      }
      return verdict;
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

  async #ofId(
    id: string,
  ): Promise<{ readonly all: readonly Waiting[]; readonly found: readonly Quarantined[] }> {
    const all: Waiting[] = [];
    const found: Quarantined[] = [];
    const sought = Buffer.from(id);
    for await (const waiting of paced(waitingIn(this.#open()))) {
      all.push(waiting);
      // Most need not be read.
      if (id === '' || !Buffer.from(waiting.field).includes(sought)) continue;
      const one = readQuarantined(waiting);
      if (one.event?.id === id) found.push(one);
    }
    return { all, found };
  }

  #mended(
    quarantined: Quarantined,
    given: Data | undefined,
  ): { verdict: Verdict; request: Uint8Array | undefined } {
    const { event, issues } = quarantined;
    const before = (event?.data ?? {}) as Data;
    const after = given === undefined ? before : (fromJson(before, given) as Data);
    const checked = this.#checked();
    const schema = event && findChecked(checked, event.schemaId ?? event.name);
    const mended = mend(quarantined, { change: () => after, checked });
    const left = [...(mended.issues ?? []), ...stillRedacted({ before, after, issues }, schema)];
    const verdict = {
      schema: schema && { schemaId: schema.schemaId, version: schema.version },
      issues: left,
    };
    return { verdict, request: left.length > 0 || mended.issues !== undefined ? undefined : mended.request };
  }
}

interface Taken {
  readonly log: ReadLog;
  readonly own: TakenQuarantine;
}

/** Takes out of each sub-directory what is gone. @throws OtelEventsError `SPOOL_UNWRITABLE` */
async function letGo(
  taken: readonly Taken[],
  all: readonly Waiting[],
  gone: readonly Waiting[],
): Promise<void> {
  const done = await Promise.allSettled(
    taken.map(({ log, own }) => {
      const ends = new Set(gone.filter((one) => one.log === log).map(({ end }) => end));
      const here = all.filter((one) => one.log === log);
      return own.remove(here, new Set(here.filter(({ end }) => ends.has(end))));
    }),
  );
  const failed = done.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
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

function invalid(issues: readonly Issue[]): OtelEventsError {
  const what = `${issues.length} ${issues.length === 1 ? 'thing is' : 'things are'} wrong with it still`;
  return new OtelEventsError('EVENT_INVALID', what, { issues, fix: 'mend it and send it again' });
}

function heldBy({ home: { state, pid }, unread }: ReadLog): OtelEventsError {
  if (unread.length > 0) return held('a file beside it cannot be read', 'see who may read the directory');
  return state === 'living' || state === 'unknown'
    ? held(`an app that runs holds it (process ${pid})`, 'stop that app first')
    : held('another process has just taken it', 'look again');
}

function held(why: string, fix: string): OtelEventsError {
  return new OtelEventsError('SPOOL_UNWRITABLE', `${why}: nothing was done`, { fix });
}
