import { clearTimeout, setTimeout } from '../../time.ts';

/** The longest wait of one answer. */
const MAX_WAIT_MS = 100;

/**
 * Keeps those who fill a queue in step with the one who empties it: their answers wait a little. Left alone, a process that
 * takes requests as fast as it can has no time to send them on, fills its memory, and refuses them then.
 */
export class Pace {
  readonly #waiting = new Set<() => void>();

  /** Resolves when {@link goOn} is called, or after 100 ms. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, MAX_WAIT_MS);
      this.#waiting.add(end);
    });
  }

  /** Ends all waits. */
  goOn(): void {
    for (const end of this.#waiting) end();
  }
}
