/** Who waits, until when. */
interface Waiting {
  readonly atMs: number;
  readonly wake: () => void;
}

/**
 * The time in which the demo's shop lives. It begins in the past and passes as fast as the machine can, one waiting
 * visitor after the other, and from the present on as it does for everybody.
 */
export class DemoClock {
  /** The earliest first. */
  readonly #waiting: Waiting[] = [];
  #pastMs: number | undefined;
  readonly #timers = new Set<NodeJS.Timeout>();
  #isStopped = false;

  /** @param startMs - where the past begins, milliseconds of the epoch */
  constructor(startMs: number) {
    this.#pastMs = startMs;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Milliseconds of the epoch. */
  get nowMs(): number {
    return this.#pastMs ?? Date.now();
  }

  /** Does not resolve any more once the clock is stopped. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#add({ atMs: this.nowMs + ms, wake: resolve }));
  }

  /** Lets the past pass until nobody waits for anything. */
  async runOut(): Promise<void> {
    while (this.#waiting.length > 0) await this.#wakeNext();
  }

  /** Lets the past pass until it is the present, which goes on by itself. */
  async catchUp(): Promise<void> {
    while ((this.#waiting[0]?.atMs ?? Number.POSITIVE_INFINITY) <= Date.now()) await this.#wakeNext();
    this.#pastMs = undefined;
    for (const one of this.#waiting.splice(0)) this.#add(one);
  }

  /** Who waits now waits for ever. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.length = 0;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #add(one: Waiting): void {
    if (this.#isStopped) return;
    if (this.#pastMs !== undefined) {
      this.#waiting.splice(this.#placeOf(one.atMs), 0, one);
      return;
    }
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        one.wake();
      },
      Math.max(0, one.atMs - Date.now()),
    );
    this.#timers.add(timer);
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
