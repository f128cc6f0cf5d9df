import { clearTimeout, performance, setTimeout } from '../../time.ts';
import { type Backoff, holdDelayMs, retryDelayMs } from '../disk/retry-delay.ts';

/**
 * What every lane of a sender passes before a request. While the destination is away it is shut: one lane
 * waits until the time is up and tries; the others wait until that one was answered, so that nobody hammers.
 */
export class Gate {
  readonly #options: Backoff;
  #isShut = false;
  #isEnded = false;
  #failures = 0;
  /** When the wait is over, by `performance.now()`. */
  #notBeforeMs = 0;
  /** The lane that tries. */
  #probe: object | undefined;
  #endPause: (() => void) | undefined;
  #outside: (() => void)[] = [];

  constructor(options: Backoff) {
    this.#options = options;
  }

  get isShut(): boolean {
    return this.#isShut;
  }

  /** Resolves when `lane` may send, or when the gate was ended. */
  async pass(lane: object): Promise<void> {
    while (this.#isShut && !this.#isEnded) {
      this.#probe ??= lane;
      if (this.#probe === lane) return this.#pause();
      await new Promise<void>((resolve) => this.#outside.push(resolve));
    }
  }

  /** The destination is away, as `lane` found out. @param asked - the wait that the destination asked for, if any */
  retryLater(lane: object, asked?: unknown): void {
    this.#shut(lane, retryDelayMs(this.#options, this.#failures, asked));
  }

  /** Shuts the gate for the longest interval: only time or a person can mend why the destination refuses to talk. */
  hold(lane: object): void {
    this.#shut(lane, holdDelayMs(this.#options));
  }

  /** The destination answered `lane`. */
  open(lane: object): void {
    if (!this.#isShut || this.#probe !== lane) return;
    this.#probe = undefined;
    // Not if another lane was told to wait while this one was answered.
    if (this.#notBeforeMs <= performance.now()) {
      this.#isShut = false;
      this.#failures = 0;
    }
    this.#letOutsideLook();
  }

  /** Cuts a wait short, once. */
  cut(): void {
    this.#notBeforeMs = 0;
    this.#endPause?.();
  }

  /** Ends the gate: lanes that wait go on, and none waits any more. */
  end(): void {
    this.#isEnded = true;
    this.cut();
    this.#letOutsideLook();
  }

  #shut(lane: object, waitMs: number): void {
    if (!this.#isShut || this.#probe === lane) this.#failures++;
    this.#isShut = true;
    this.#notBeforeMs = Math.max(this.#notBeforeMs, performance.now() + waitMs);
  }

  async #pause(): Promise<void> {
    for (let leftMs = this.#leftMs(); leftMs > 0; leftMs = this.#leftMs()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.ceil(leftMs)).unref();
        this.#endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#endPause = undefined;
    }
  }

  #leftMs(): number {
    return this.#isEnded ? 0 : this.#notBeforeMs - performance.now();
  }

  #letOutsideLook(): void {
    const outside = this.#outside;
    this.#outside = [];
    for (const look of outside) look();
  }
}
