import { wallClockMs } from '../../../time.ts';
import type { StoreWrites } from '../event-store.ts';

/** What became of requests that the store was to keep: whether it can write at the moment, and what it refused. */
export class WriteFailures {
  #failing: { readonly sinceMs: number; readonly reason: string } | undefined;
  #refusedRequests = 0;
  #refusedRecords = 0;

  /** Watches a request of so many records on its way. @returns what it was given */
  async watch<T>(records: number, written: Promise<T>): Promise<T> {
    try {
      const answer = await written;
      this.#failing = undefined;
      return answer;
    } catch (error) {
      this.#refusedRequests++;
      this.#refusedRecords += records;
      const reason = error instanceof Error ? error.message : String(error);
      this.#failing = { sinceMs: this.#failing?.sinceMs ?? wallClockMs(), reason };
      throw error;
    }
  }

  get state(): StoreWrites {
    const refused = { refusedRequests: this.#refusedRequests, refusedRecords: this.#refusedRecords };
    return this.#failing === undefined
      ? { state: 'ok', ...refused }
      : { state: 'failing', ...this.#failing, ...refused };
  }
}
