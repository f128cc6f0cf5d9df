import type { Row } from '../event-store.ts';

/** The most rows that are handed over at once. */
const MAX_ROWS = 1000;

type Listener = (rows: readonly Row[]) => void;

/** Hands rows to those who watch, in the order in which they were stored. They are read while anybody watches only. */
export class WatchedRows {
  readonly #read: (from: number, to: number) => Promise<readonly Row[]>;
  readonly #listeners = new Set<Listener>();
  #from = 0;
  #next = 0;
  #isReading = false;

  constructor(read: (from: number, to: number) => Promise<readonly Row[]>) {
    this.#read = read;
  }

  /** @param next - the number of the first row that is handed over @returns ends it */
  add(listener: Listener, next: number): () => void {
    if (this.#listeners.size === 0) this.#from = next;
    // The same function may be given twice.
    const own: Listener = (rows) => listener(rows);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  /** Rows up to a number are there. */
  committed(next: number): void {
    this.#next = next;
    if (this.#listeners.size > 0 && !this.#isReading) void this.#handOver();
  }

  close(): void {
    this.#listeners.clear();
  }

  async #handOver(): Promise<void> {
    this.#isReading = true;
    while (this.#listeners.size > 0 && this.#from < this.#next) {
      const to = Math.min(this.#next, this.#from + MAX_ROWS);
      try {
        const rows = await this.#read(this.#from, to);
        for (const listener of this.#listeners) listener(rows);
      } catch {
        // A reader that died is started by the next commit; its rows are in the store.
        break;
      }
      this.#from = to;
    }
    this.#isReading = false;
  }
}
