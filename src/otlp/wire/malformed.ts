import { OtelEventsError } from '../../errors.ts';

/** Why bytes are not the message they claim to be; the path grows while the error travels outwards. */
export class Malformed extends Error {
  readonly #path: string[] = [];

  /** Notes that the error happened inside `segment`. */
  within(segment: string): this {
    this.#path.unshift(segment);
    return this;
  }

  /** As the coded error that callers see: it names the place, never the value. */
  toError(what: string): OtelEventsError {
    const path = this.#path.join('').replace(/^\./, '');
    return new OtelEventsError('OTLP_INVALID', `${what}: ${path === '' ? '' : `${path}: `}${this.message}`);
  }
}

/** Adds a path segment to a {@link Malformed} that passes by; other errors pass unchanged. */
export function within(error: unknown, segment: string): unknown {
  return error instanceof Malformed ? error.within(segment) : error;
}
