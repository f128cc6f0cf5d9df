import { OtelEventsError } from '../errors.ts';
import { edx } from '../formats/edx.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import { bareData, readEvent } from '../otlp/event/read-event.ts';
import { escapeKeys } from './escape-keys.ts';
import { type Format, formatter } from './format.ts';

/** A document as it is stored, with the event's id. */
export interface StoredDocument {
  readonly _id: string;
  readonly [key: string]: unknown;
}

type Documents = (record: EventRecord) => readonly StoredDocument[];

/**
 * Makes the documents of a record, most formats' only one: its `_id` is the event's id, a second one's has
 * `-2` behind it. A `timestamp` in text becomes a date. `extra` stands in each of them; the event's own fields win.
 */
export function documentsOf(format: Format, extra: Readonly<Record<string, unknown>>): Documents {
  // As edX's, but with bytes as they are: the JSON of the format has them in base64.
  const payloads = format === 'edx' ? edxDocument : formatter(format);
  const constant = escapeKeys(extra);
  return (record) => {
    const { id } = readEvent(record);
    return payloads(record).map((payload, index) => {
      if (id === '') throw refused('a record without an id (log.record.uid)', 'no_id');
      const fields = escapeKeys(fieldsOf(payload));
      return { ...constant, ...fields, ...dated(fields), _id: index === 0 ? id : `${id}-${index + 1}` };
    });
  };
}

function edxDocument(record: EventRecord): readonly object[] {
  return [{ ...edx(record), data: bareData(record, readEvent(record)) }];
}

function fieldsOf(payload: unknown): object {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw refused('a format that gives something else than an object', 'format_failed');
  }
  return payload;
}

function dated({ timestamp }: Record<string, unknown>): { readonly timestamp?: Date } {
  if (typeof timestamp !== 'string') return {};
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? {} : { timestamp: date };
}

function refused(what: string, reason: string): OtelEventsError {
  return new OtelEventsError('EXPORT_FAILED', `mongodbExporter cannot store ${what}`, { reason });
}
