import type { EventFile } from '../file/event-file.ts';

const MINUTE_MS = 60_000;

/** The most names of one service with counts of their own, in a transaction; those beyond are counted together. */
const MAX_NAMES = 1000;

/** The most services with counts of their own. */
const MAX_SERVICES = 1000;

/** Under this name are counted those beyond the most. */
const OTHERS = '*';

interface Counts {
  readonly service: string;
  readonly name: string;
  readonly minuteMs: number;
  received: number;
  repeated: number;
}

/** What one transaction received, by service, name and minute. */
export class LedgerCounts {
  readonly #counts = new Map<string, Counts>();
  readonly #names = new Map<string, Set<string>>();

  add(from: string, name: string, timeMs: number, isRepeated: boolean): void {
    const minute = Math.floor(timeMs / MINUTE_MS);
    const service = this.#names.has(from) || this.#names.size < MAX_SERVICES ? from : OTHERS;
    const shown = this.#bounded(service, name);
    const key = `${minute} ${service}\n${shown}`;
    let counts = this.#counts.get(key);
    if (counts === undefined) {
      counts = { service, name: shown, minuteMs: minute * MINUTE_MS, received: 0, repeated: 0 };
      this.#counts.set(key, counts);
    }
    counts.received++;
    if (isRepeated) counts.repeated++;
  }

  #bounded(service: string, name: string): string {
    let names = this.#names.get(service);
    if (names === undefined) {
      names = new Set();
      this.#names.set(service, names);
    }
    if (names.has(name)) return name;
    if (names.size >= MAX_NAMES) return OTHERS;
    names.add(name);
    return name;
  }

  /** Adds all to the file's ledger. */
  write(file: EventFile): void {
    const add = file.prepare(
      `insert into ledger values(?, ?, ?, ?, ?, ?) on conflict do update set received = received + excluded.received,
      stored = stored + excluded.stored, repeated = repeated + excluded.repeated`,
    );
    for (const { service, name, minuteMs, received, repeated } of this.#counts.values()) {
      add.run(service, name, minuteMs, received, received - repeated, repeated);
    }
  }

  clear(): void {
    this.#counts.clear();
  }
}
