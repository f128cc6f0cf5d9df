import type { OtelEventsError } from '../../errors.ts';
import { quietly } from '../disk/quietly.ts';

/** What a sender may have with its destination. */
type Trouble = 'retry' | 'hold' | 'doubt' | 'unknown' | 'partial' | 'warning' | 'poison' | 'refused';

/** What is reported once and not again until it is over. */
export class Troubles {
  readonly #onError: (error: OtelEventsError) => void;
  readonly #on = new Set<Trouble>();

  constructor(onError: (error: OtelEventsError) => void) {
    this.#onError = onError;
  }

  has(name: Trouble): boolean {
    return this.#on.has(name);
  }

  report(name: Trouble, error: OtelEventsError): void {
    if (this.#on.has(name)) return;
    this.#on.add(name);
    quietly(() => this.#onError(error));
  }

  over(...names: readonly Trouble[]): void {
    for (const name of names) this.#on.delete(name);
  }
}
