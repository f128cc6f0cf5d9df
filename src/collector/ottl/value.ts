import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';

/**
 * What an expression gives: nil is undefined, an int64 a bigint, a float64 a number. Nothing here is ever changed: who
 * changes a map makes a new one.
 */
export type Value =
  | undefined
  | boolean
  | string
  | bigint
  | number
  | Uint8Array
  | OttlMap
  | OttlList
  | Identifier
  | Instant
  | Duration
  | Messages;

/** A map, as the `KeyValue` messages of OTLP. */
export class OttlMap {
  static readonly EMPTY = new OttlMap([]);
  readonly entries: readonly OtlpObject[];

  constructor(entries: readonly OtlpObject[]) {
    this.entries = entries;
  }
}

/** A list, as the `AnyValue` messages of OTLP. */
export class OttlList {
  readonly items: readonly OtlpObject[];

  constructor(items: readonly OtlpObject[]) {
    this.items = items;
  }
}

/** The id of a trace or of a span: 32 or 16 hexadecimal digits, all of them 0 where there is none. */
export class Identifier {
  readonly hex: string;

  constructor(hex: string) {
    this.hex = hex;
  }
}

/** A moment, in nanoseconds since 1970, and how far from UTC the clock is that shows it. */
export class Instant {
  readonly unixNano: bigint;
  readonly offsetSeconds: number;

  constructor(unixNano: bigint, offsetSeconds = 0) {
    this.unixNano = unixNano;
    this.offsetSeconds = offsetSeconds;
  }

  /** What that clock shows, as the UTC fields of a date. */
  get shown(): Date {
    return new Date(Number(this.unixNano / 1_000_000n) + this.offsetSeconds * 1_000);
  }

  /** From 0 to 999,999,999, for times before 1970 too. */
  get nanoseconds(): number {
    return Number(((this.unixNano % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n);
  }
}

/** A length of time. */
export class Duration {
  readonly nanoseconds: bigint;

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds;
  }
}

/** Messages that are no values: the events or links of a span. They can be counted, and taken over as a whole. */
export class Messages {
  readonly kind: string;
  readonly items: readonly OtlpObject[];

  constructor(kind: string, items: readonly OtlpObject[]) {
    this.kind = kind;
    this.items = items;
  }
}

/** What kind of value it is, in the words of OTTL, for messages: never the value. */
export function typeOf(value: Value): string {
  if (value === undefined) return 'nil';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof OttlMap) return 'a map';
  if (value instanceof OttlList) return 'a list';
  if (value instanceof Identifier) return value.hex.length === 32 ? 'a trace id' : 'a span id';
  if (value instanceof Instant) return 'a time';
  if (value instanceof Duration) return 'a duration';
  if (value instanceof Messages) return value.kind;
  return NAMES[typeof value as keyof typeof NAMES];
}

const NAMES = { boolean: 'a bool', string: 'a string', bigint: 'an int', number: 'a float' } as const;
