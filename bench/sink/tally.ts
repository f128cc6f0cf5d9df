/** What has arrived. */
export interface Arrived {
  /** Different events. */
  readonly unique: number;
  readonly duplicates: number;
  /** Events that came after one with a higher number. */
  readonly outOfOrder: number;
  readonly requests: number;
  /** The most events in one request. */
  readonly largestRequest: number;
  /** Of bodies as sent: compressed, if they were. */
  readonly bytes: number;
}

/** Counts events by their `seq`. */
export class Tally {
  #seen = new Uint8Array(1 << 17);
  #highest = -1;
  #unique = 0;
  #duplicates = 0;
  #outOfOrder = 0;
  #requests = 0;
  #largestRequest = 0;
  #bytes = 0;

  /** @throws RangeError for what cannot be a number of an event */
  add(seq: unknown): void {
    if (!Number.isSafeInteger(seq) || (seq as number) < 0)
      throw new RangeError('an event without seq arrived');
    const at = seq as number;
    if (at >= this.#seen.length) this.#grow(at);
    if (this.#seen[at] === 1) {
      this.#duplicates++;
      return;
    }
    this.#seen[at] = 1;
    this.#unique++;
    if (at < this.#highest) this.#outOfOrder++;
    else this.#highest = at;
  }

  /** One request of `bytes` on the wire, with what `addEvents` adds. */
  addRequest(bytes: number, addEvents: () => void): void {
    const before = this.#unique + this.#duplicates;
    addEvents();
    this.#requests++;
    this.#bytes += bytes;
    this.#largestRequest = Math.max(this.#largestRequest, this.#unique + this.#duplicates - before);
  }

  get arrived(): Arrived {
    return {
      unique: this.#unique,
      duplicates: this.#duplicates,
      outOfOrder: this.#outOfOrder,
      requests: this.#requests,
      largestRequest: this.#largestRequest,
      bytes: this.#bytes,
    };
  }

  #grow(at: number): void {
    const larger = new Uint8Array(Math.max(at + 1, this.#seen.length * 2));
    larger.set(this.#seen);
    this.#seen = larger;
  }
}
