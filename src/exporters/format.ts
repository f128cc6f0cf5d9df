import { OtelEventsError } from '../errors.ts';
import { edx } from '../formats/edx.ts';
import { jupyter } from '../formats/jupyter.ts';
import { leip } from '../formats/leip.ts';
import { otlp } from '../formats/otlp.ts';
import { segment } from '../formats/segment.ts';
import { trubrics } from '../formats/trubrics.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';

/**
 * How a record is written: the name of a format, or a function to anything that JSON can hold. A function
 * that throws refuses the record for good; one that returns `undefined` writes nothing for it.
 */
export type Format =
  | 'leip'
  | 'jupyter'
  | 'edx'
  | 'trubrics'
  | 'segment'
  | 'otlp'
  | ((record: EventRecord) => unknown);

type Payloads = (record: EventRecord) => readonly unknown[];

const FORMATS: ReadonlyMap<unknown, Payloads> = new Map<Exclude<Format, () => unknown>, Payloads>([
  ['leip', (record) => [leip(record)]],
  ['jupyter', (record) => [jupyter(record)]],
  ['edx', (record) => [edx(record)]],
  ['trubrics', trubrics],
  ['segment', (record) => [segment(record)]],
  ['otlp', (record) => [otlp(record)]],
]);

/**
 * The function behind a {@link Format}: the payloads of one record, in order; most formats give one. It
 * throws an `OtelEventsError` without `retry` for a record that the format cannot render.
 * @throws OtelEventsError `OPTION_INVALID` for a name that is no format
 */
export function formatter(format: Format): Payloads {
  if (typeof format === 'function') return custom(format);
  const known = FORMATS.get(format);
  if (known !== undefined) return known;
  const names = [...FORMATS.keys()].join(', ');
  throw new OtelEventsError('OPTION_INVALID', `option format: wanted a function or one of ${names}`);
}

/** Trying again does not mend a function of the caller's: what it throws is final. */
function custom(format: (record: EventRecord) => unknown): Payloads {
  return (record) => {
    try {
      const payload = format(record);
      return payload === undefined ? [] : [payload];
    } catch (cause) {
      if (cause instanceof OtelEventsError) throw cause;
      throw unformatted('threw an error', cause);
    }
  };
}

/**
 * The payloads of one record as JSON, each without a line break.
 * @throws OtelEventsError as {@link formatter}, also at a payload that JSON cannot hold
 */
export function jsonFormatter(format: Format): (record: EventRecord) => readonly string[] {
  const payloads = formatter(format);
  return (record) => payloads(record).flatMap(toText);
}

function toText(payload: unknown): readonly string[] {
  try {
    const text: string | undefined = JSON.stringify(payload);
    return text === undefined ? [] : [text];
  } catch (cause) {
    throw unformatted('gave a value that JSON cannot hold', cause);
  }
}

function unformatted(what: string, cause: unknown): OtelEventsError {
  const fix = 'mend the function given as the option format';
  const reason = 'format_failed';
  return new OtelEventsError('EXPORT_FAILED', `the format of an exporter ${what}`, { cause, fix, reason });
}
