import { OtelEventsError } from '../errors.ts';

/** What is said once is remembered, up to this many. */
const MAX_WARNED = 1000;

/** What is shown of a name that a call has made up. */
const MAX_SHOWN = 100;

/** Says, once each, why events go nowhere. */
export class DropWarnings {
  readonly #onError: (error: OtelEventsError) => void;
  readonly #warned = new Set<string>();

  constructor(onError: (error: OtelEventsError) => void) {
    this.#onError = onError;
  }

  /** @param reason - as in the ledger */
  dropped(reason: string): void {
    if (!this.#isNew(reason)) return;
    if (reason === 'closed') {
      const message = 'events logged after close() are dropped and counted';
      this.#onError(new OtelEventsError('EVENT_AFTER_CLOSE', message, { fix: 'close the logger last' }));
    } else if (reason === 'no_sink') {
      const message = "delivery is 'none' and there are no exporters: events are dropped and counted";
      this.#onError(new OtelEventsError('EVENT_UNROUTED', message, { fix: 'give exporters or a delivery' }));
    }
  }

  /** A call names an exporter that there is not. */
  unknown(name: string, known: readonly string[]): void {
    if (!this.#isNew(`exporter ${name}`)) return;
    const shown = name.slice(0, MAX_SHOWN);
    const message = `an event is for an exporter that this logger does not have: '${shown}'; this is said once`;
    this.#onError(
      new OtelEventsError('EVENT_UNROUTED', message, { fix: `there are ${[...new Set(known)].join(', ')}` }),
    );
  }

  #isNew(what: string): boolean {
    if (this.#warned.has(what) || this.#warned.size >= MAX_WARNED) return false;
    this.#warned.add(what);
    return true;
  }
}
