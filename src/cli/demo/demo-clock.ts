/** Who waits, until when. */
interface Waiting {
  readonly atMs: number;
  readonly wake: () => void;
}

/** The time in which the demo's shop lives. It passes as fast as the machine can, one waiting visitor after the other. */
export class DemoClock {
  /** The earliest first. */
  readonly #waiting: Waiting[] = [];
  #pastMs: number;
  #isStopped = false;

  /** @param startMs - where the past begins, milliseconds of the epoch */
  constructor(startMs: number) {
    this.#pastMs = startMs;
  }

  /** Milliseconds of the epoch. */
  get nowMs(): number {
    return this.#pastMs;
  }

  /** Does not resolve any more once the clock is stopped. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#add({ atMs: this.nowMs + ms, wake: resolve }));
  }

  /** Lets the past pass until nobody waits for anything. */
  async runOut(): Promise<void> {
    while (this.#waiting.length > 0) await this.#wakeNext();
  }

  /** Who waits now waits for ever. */
  stop(): void {
    this.#isStopped = true;
  }

  #add(one: Waiting): void {
    if (this.#isStopped) return;
    this.#waiting.splice(this.#placeOf(one.atMs), 0, one);
  }

  async #wakeNext(): Promise<void> {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#pastMs = next.atMs;
    next.wake();
    // What was woken goes on until it waits again.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Behind those that wait until the same time. */
  #placeOf(atMs: number): number {
    let [low, high] = [0, this.#waiting.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#waiting[middle]?.atMs ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
