import { Refusal } from './refusal.ts';

/** The memory that the bodies of all requests under way may take together: what is held, not what is announced. */
export class BodyBudget {
  #left: number;

  constructor(maxBytes: number) {
    this.#left = maxBytes;
  }

  /** A share that grows with one body. */
  lease(): BodyLease {
    let taken = 0;
    return {
      grow: (bytes) => {
        if (bytes > this.#left) throw new Refusal(503, 'too many requests at once', { 'retry-after': '1' });
        this.#left -= bytes;
        taken += bytes;
      },
      shrink: (bytes) => {
        this.#left += bytes;
        taken -= bytes;
      },
      release: () => {
        this.#left += taken;
        taken = 0;
      },
    };
  }
}

/** A request's share of the budget. */
export interface BodyLease {
  /** @throws Refusal 503 when the budget is spent */
  readonly grow: (bytes: number) => void;
  readonly shrink: (bytes: number) => void;
  readonly release: () => void;
}
