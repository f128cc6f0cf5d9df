import type { OtlpObject, OtlpValue } from '../../otlp/wire/decode-protobuf.ts';
import { OttlMap } from './value.ts';

const NOTHING: OtlpObject = Object.freeze({});

/** A message that is shared, and becomes a copy when something in it is set. */
export class Draft {
  #given = NOTHING;
  #now = NOTHING;

  /** Begins with another message. */
  take(message: OtlpObject): void {
    this.#given = message;
    this.#now = message;
  }

  /** As it is now: the one that was given, as long as nothing was set. */
  get message(): OtlpObject {
    return this.#now;
  }

  get isChanged(): boolean {
    return this.#now !== this.#given;
  }

  get(field: string): OtlpValue | undefined {
    return this.#now[field];
  }

  /** @param value - undefined takes the field away: what holds a default value is left out in OTLP/JSON */
  set(field: string, value: OtlpValue | undefined): void {
    if (this.#now[field] === value) return;
    if (!this.isChanged) this.#now = { ...this.#given };
    if (value === undefined) delete this.#now[field];
    else this.#now[field] = value;
  }
}

/** What a statement sees: one record and what is around it. One serves for all records, one after the other. */
export class Row {
  /** `ResourceLogs` or its like: the resource and all that came from it. */
  readonly resourceItem = new Draft();
  readonly resource = new Draft();
  /** `ScopeLogs` or its like. */
  readonly scopeItem = new Draft();
  readonly scope = new Draft();
  /** A log record, a span or a metric. */
  readonly record = new Draft();
  /** An event of a span, or a data point of a metric. */
  readonly inner = new Draft();
  /** Of the statements for one record, for as long as they run. */
  cache = OttlMap.EMPTY;
}
