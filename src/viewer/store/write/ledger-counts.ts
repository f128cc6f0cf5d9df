import type { EventFile } from '../file/event-file.ts';

const MINUTE_MS = 60_000;

/** The most names of one service with counts of their own; those beyond are counted together. */
const MAX_NAMES = 1000;

/** The most services with counts of their own. */
const MAX_SERVICES = 1000;

/** Under this name are counted those beyond the most. */
const OTHERS = '*';

/** Received and repeated, by minute of the epoch. */
type Minutes = Map<number, [number, number]>;

/** Of whom something was received. */
interface Source {
  readonly service: string;
  readonly name: string;
  /** Of log records and of spans, whose names may be the same. */
  readonly minutes: { readonly ledger: Minutes; readonly span_ledger: Minutes };
}

const TABLES = ['ledger', 'span_ledger'] as const;

/** What one transaction received, by service, name and minute. */
export class LedgerCounts {
  readonly #services = new Map<string, Map<string, Source>>();
  readonly #counted = new Set<Source>();
  /** Of sources, in the file that was written last. */
  readonly #numbers = new Map<Source, number>();
  #numbered: EventFile | undefined;

  add(service: string, name: string, timeMs: number, isSpan: boolean, isRepeated: boolean): void {
    const source = this.#source(service, name);
    const minutes = source.minutes[isSpan ? 'span_ledger' : 'ledger'];
    const minute = Math.floor(timeMs / MINUTE_MS);
    let counts = minutes.get(minute);
    if (counts === undefined) {
      counts = [0, 0];
      minutes.set(minute, counts);
      this.#counted.add(source);
    }
    counts[0]++;
    if (isRepeated) counts[1]++;
  }

  /** Whether a name of a service has counts of its own. */
  tellsApart(service: string, name: string): boolean {
    const source = this.#source(service, name);
    return source.service === service && source.name === name;
  }

  #source(from: string, name: string): Source {
    let names = this.#services.get(from);
    if (names === undefined) {
      const service = this.#services.size < MAX_SERVICES ? from : OTHERS;
      names = this.#services.get(service) ?? new Map();
      this.#services.set(service, names);
    }
    const known = names.get(name);
    if (known !== undefined) return known;
    const shown = names.size < MAX_NAMES ? name : OTHERS;
    const service = this.#services.get(from) === names ? from : OTHERS;
    const made = { service, name: shown, minutes: { ledger: new Map(), span_ledger: new Map() } };
    const source = names.get(shown) ?? made;
    names.set(shown, source);
    return source;
  }

  /** Adds all to the file's ledger. */
  write(file: EventFile): void {
    if (file !== this.#numbered) this.#numbers.clear();
    this.#numbered = file;
    for (const table of TABLES) {
      const add = file.prepare(
        `insert into ${table} values(?, ?, ?, ?) on conflict do update set received = received + excluded.received,
        repeated = repeated + excluded.repeated`,
      );
      for (const source of this.#counted) {
        if (source.minutes[table].size === 0) continue;
        const number = this.#numberOf(file, source);
        for (const [minute, [received, repeated]] of source.minutes[table])
          add.run(number, minute, received, repeated);
      }
    }
  }

  #numberOf(file: EventFile, source: Source): number {
    const known = this.#numbers.get(source);
    if (known !== undefined) return known;
    const number = sourceOf(file, source.service, source.name);
    this.#numbers.set(source, number);
    return number;
  }

  /** Sources are gone from the file, as those of a transaction that failed: their numbers may be given to others. */
  forgetNumbers(): void {
    this.#numbers.clear();
  }

  clear(): void {
    for (const { minutes } of this.#counted) for (const table of TABLES) minutes[table].clear();
    this.#counted.clear();
  }
}

/** The number of a service and a name in a file. */
export function sourceOf(file: EventFile, service: string, name: string): number {
  const known = file.prepare('select id from source where service = ? and name = ?').get(service, name)?.id;
  if (known !== undefined) return known as number;
  return Number(
    file.prepare('insert into source(service, name) values(?, ?)').run(service, name).lastInsertRowid,
  );
}
