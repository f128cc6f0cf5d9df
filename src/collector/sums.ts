import { clearTimeout, setTimeout } from '../time.ts';

const INTERVAL_MS = 10_000;

/** Tells of what adds up: the first at once, and what follows in sums. */
export class Sums {
  readonly #tell: (key: string, count: number) => void;
  readonly #intervalMs: number;
  readonly #untold = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  /** @param intervalMs - between two reports. Default 10 s */
  constructor(tell: (key: string, count: number) => void, intervalMs = INTERVAL_MS) {
    this.#tell = tell;
    this.#intervalMs = intervalMs;
  }

  add(key: string, count: number): void {
    this.#untold.set(key, (this.#untold.get(key) ?? 0) + count);
    if (this.#timer === undefined) this.#report();
  }

  /** Tells of what it has not told yet. */
  end(): void {
    this.#report();
    clearTimeout(this.#timer);
  }

  #report(): void {
    for (const [key, count] of this.#untold) this.#tell(key, count);
    this.#untold.clear();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#untold.size > 0) this.#report();
    }, this.#intervalMs);
    this.#timer.unref();
  }
}
