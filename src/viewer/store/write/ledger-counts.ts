import type { EventFile } from '../file/event-file.ts';

const MINUTE_MS = 60_000;

/** The most names of one service with counts of their own; those beyond are counted together. */
const MAX_NAMES = 1000;

/** The most services with counts of their own. */
const MAX_SERVICES = 1000;

/** Under this name are counted those beyond the most. */
const OTHERS = '*';

/** Of whom something was received, by minutes. */
interface Source {
  readonly service: string;
  readonly name: string;
  /** Received and repeated, of a minute of the epoch. */
  readonly minutes: Map<number, [number, number]>;
}

/** What one transaction received, by service, name and minute. */
export class LedgerCounts {
  readonly #services = new Map<string, Map<string, Source>>();
  readonly #counted = new Set<Source>();

  add(service: string, name: string, timeMs: number, isRepeated: boolean): void {
    const source = this.#source(service, name);
    const minute = Math.floor(timeMs / MINUTE_MS);
    let counts = source.minutes.get(minute);
    if (counts === undefined) {
      counts = [0, 0];
      source.minutes.set(minute, counts);
      this.#counted.add(source);
    }
    counts[0]++;
    if (isRepeated) counts[1]++;
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
    const source = names.get(shown) ?? { service, name: shown, minutes: new Map() };
    names.set(shown, source);
    return source;
  }

  /** Adds all to the file's ledger. */
  write(file: EventFile): void {
    const add = file.prepare(
      `insert into ledger values(?, ?, ?, ?) on conflict do update set received = received + excluded.received,
      repeated = repeated + excluded.repeated`,
    );
    for (const { service, name, minutes } of this.#counted) {
      const source = sourceOf(file, service, name);
      for (const [minute, [received, repeated]] of minutes) add.run(source, minute, received, repeated);
    }
  }

  clear(): void {
    for (const { minutes } of this.#counted) minutes.clear();
    this.#counted.clear();
  }
}

function sourceOf(file: EventFile, service: string, name: string): number {
  const known = file.prepare('select id from source where service = ? and name = ?').get(service, name)?.id;
  if (known !== undefined) return known as number;
  return Number(
    file.prepare('insert into source(service, name) values(?, ?)').run(service, name).lastInsertRowid,
  );
}
