import type { OtlpObject, OtlpValue } from '../../otlp/wire/decode-protobuf.ts';
import { keyOf } from '../../otlp/wire/entries.ts';
import { wrongType } from './failure.ts';
import { Duration, Identifier, Instant, OttlList, OttlMap, type Value } from './value.ts';

const NO_ITEMS: readonly OtlpObject[] = [];

/** The value of an `AnyValue` message; nil for one that is empty. */
export function fromAnyValue(message: OtlpObject): Value {
  // The most frequent first; exactly one is set.
  if (message.stringValue !== undefined) return message.stringValue as string;
  if (message.intValue !== undefined) return BigInt(message.intValue as string);
  if (message.doubleValue !== undefined) return Number(message.doubleValue);
  if (message.boolValue !== undefined) return message.boolValue as boolean;
  if (message.kvlistValue !== undefined) return new OttlMap(valuesOf(message.kvlistValue));
  if (message.arrayValue !== undefined) return new OttlList(valuesOf(message.arrayValue));
  if (message.bytesValue !== undefined) return Buffer.from(message.bytesValue as string, 'base64');
  return undefined;
}

function valuesOf(message: OtlpValue): readonly OtlpObject[] {
  return ((message as OtlpObject).values as OtlpObject[] | undefined) ?? NO_ITEMS;
}

/**
 * An `AnyValue` message that holds the value.
 * @throws StatementFailure for what no attribute can hold: times, durations, ids
 */
export function toAnyValue(value: Value): OtlpObject {
  switch (typeof value) {
    case 'undefined':
      return {};
    case 'string':
      return { stringValue: value };
    case 'bigint':
      return { intValue: String(value) };
    case 'number':
      return { doubleValue: Number.isFinite(value) ? value : String(value) };
    case 'boolean':
      return { boolValue: value };
  }
  if (value instanceof OttlMap) return { kvlistValue: listMessage(value.entries) };
  if (value instanceof OttlList) return { arrayValue: listMessage(value.items) };
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  throw wrongType('what an attribute can hold', value);
}

function listMessage(values: readonly OtlpObject[]): OtlpObject {
  return values.length === 0 ? {} : { values: values as OtlpObject[] };
}

/**
 * A value as text, as `String()` and `Concat()` give it: bytes in hexadecimal, lists and maps as JSON.
 * @returns undefined for nil
 */
export function toText(value: Value): string | undefined {
  if (typeof value === 'string' || value === undefined) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return toJson(value, ESCAPED);
}

/** A value as the `body.string` of a log record: bytes are in base64, what is nil or cannot be JSON is empty. */
export function bodyText(message: OtlpObject): string {
  const value = fromAnyValue(message);
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value) : `${message.doubleValue}`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  try {
    return toJson(value, PLAIN);
  } catch {
    return '';
  }
}

/** How two libraries of the OpenTelemetry Collector write JSON: `String()` uses one, `body.string` the other. */
interface Style {
  readonly text: (text: string) => string;
  readonly number: (value: number) => string;
}
const PLAIN: Style = { text: (text) => JSON.stringify(text), number: numberText };
const ESCAPED: Style = {
  text: escapedText,
  number: (value) => numberText(value).replace(/e([+-])(\d)$/, 'e$10$2'),
};

/**
 * JSON with keys in order.
 * @throws StatementFailure for NaN and infinities
 */
function toJson(value: Value, style: Style): string {
  switch (typeof value) {
    case 'undefined':
      return 'null';
    case 'string':
      return style.text(value);
    case 'number':
      if (!Number.isFinite(value)) throw wrongType('a number that JSON has', value);
      return style.number(value);
    case 'bigint':
    case 'boolean':
      return String(value);
  }
  if (value instanceof OttlMap) return jsonMap(value, style);
  if (value instanceof OttlList)
    return `[${value.items.map((item) => toJson(fromAnyValue(item), style)).join(',')}]`;
  // No bytes are a slice that is nil in Go.
  if (value instanceof Uint8Array)
    return value.length === 0 ? 'null' : `"${Buffer.from(value).toString('base64')}"`;
  if (value instanceof Identifier) return `[${Buffer.from(value.hex, 'hex').join(',')}]`;
  if (value instanceof Instant) return `"${instantText(value)}"`;
  if (value instanceof Duration) return String(value.nanoseconds);
  throw wrongType('what JSON can hold', value);
}

function jsonMap({ entries }: OttlMap, style: Style): string {
  // Of a key that comes twice the last one counts, as in a Go map.
  const texts = new Map(
    entries.map((entry) => [keyOf(entry), toJson(fromAnyValue(entry.value as OtlpObject), style)]),
  );
  const sorted = [...texts].sort(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  return `{${sorted.map(([key, text]) => `${style.text(key)}:${text}`).join(',')}}`;
}

function escapedText(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A moment as RFC 3339 writes it, with as many digits behind the second as it has. */
function instantText(instant: Instant): string {
  const { nanoseconds, offsetSeconds } = instant;
  // The seconds are whole before the fraction is taken off: a time before 1970 has its fraction forwards too.
  const seconds = (instant.unixNano - BigInt(nanoseconds)) / 1_000_000_000n;
  const whole = new Date((Number(seconds) + offsetSeconds) * 1_000).toISOString().slice(0, 19);
  const digits = String(nanoseconds).padStart(9, '0').replace(/0+$/, '');
  return `${whole}${digits === '' ? '' : `.${digits}`}${offsetText(offsetSeconds)}`;
}

function offsetText(offsetSeconds: number): string {
  if (offsetSeconds === 0) return 'Z';
  const minutes = Math.floor(Math.abs(offsetSeconds) / 60);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${offsetSeconds < 0 ? '-' : '+'}${hour}:${minute}`;
}
