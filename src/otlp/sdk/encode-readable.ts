import { encodeWith, RECORD_LIMITS } from '../event/encode-with.ts';
import { type RecordContext, writeRecordContext } from '../event/write-record-context.ts';
import type { ValueCopier } from '../values/value-copier.ts';
import type { ValueWriter } from '../values/value-writer.ts';
import { writeMap } from '../values/write-map.ts';
import { LOG_RECORD, LOG_RECORDS } from '../wire/record-tags.ts';
import { FieldReader, type ReadableTime } from './field-reader.ts';

/** The part of the SDK's `ReadableLogRecord` that is read: 2.x and 3.x are alike in it. */
export interface ReadableRecord {
  readonly hrTime: ReadableTime;
  readonly hrTimeObserved: ReadableTime;
  readonly spanContext?: RecordContext | undefined;
  readonly severityText?: string | undefined;
  readonly severityNumber?: number | undefined;
  readonly body?: unknown;
  readonly eventName?: string | undefined;
  readonly attributes: object;
  readonly droppedAttributesCount: number;
}

const RECORD_ENCODING = { write: writeRecord, copy: copyRecord, limits: RECORD_LIMITS };

/** What nearly all records and bodies take: 128 bytes to 16 KiB, and less than 128. */
const RECORD_WIDTH = 2;
const BODY_WIDTH = 1;

/**
 * Encodes a log record of an SDK as one `log_records` field of `ScopeLogs`, tag and length included. Names and
 * values are kept as the SDK has them; what is beyond the limits of an event is cut. Never throws: what cannot
 * be read is left out.
 * @returns a view of a buffer that is used again: valid until the next call
 */
export function encodeRecord(record: ReadableRecord): Uint8Array {
  return encodeWith(RECORD_ENCODING, record, Number.POSITIVE_INFINITY);
}

function writeRecord(writer: ValueWriter, record: ReadableRecord): void {
  const { out } = writer;
  const {
    hrTime,
    hrTimeObserved,
    severityNumber,
    severityText,
    droppedAttributesCount,
    spanContext,
    eventName,
  } = record;
  writer.nonFiniteAsText = false;
  const start = out.open(LOG_RECORDS, RECORD_WIDTH);
  out.time(LOG_RECORD.time, hrTime[0], hrTime[1]);
  if (severityNumber) out.int(LOG_RECORD.severityNumber, severityNumber);
  if (severityText) out.string(LOG_RECORD.severityText, severityText);
  writeBody(writer, record.body);
  writeMap(writer, LOG_RECORD.attributes, record.attributes);
  if (droppedAttributesCount > 0) out.int(LOG_RECORD.droppedAttributesCount, droppedAttributesCount);
  if (spanContext) writeRecordContext(writer, spanContext);
  out.time(LOG_RECORD.observedTime, hrTimeObserved[0], hrTimeObserved[1]);
  if (eventName) out.string(LOG_RECORD.eventName, eventName);
  out.close(start, RECORD_WIDTH);
}

function writeBody(writer: ValueWriter, body: unknown): void {
  const { out } = writer;
  const before = out.length;
  const start = out.open(LOG_RECORD.body, BODY_WIDTH);
  if (body !== undefined && writer.value(body)) out.close(start, BODY_WIDTH);
  else out.rewind(before);
}

/** By name: the fields of an SDK's record are accessors, which a spread would lose. */
function copyRecord(copier: ValueCopier, record: ReadableRecord): ReadableRecord {
  const reader = new FieldReader(copier);
  return {
    hrTime: reader.time(() => record.hrTime),
    hrTimeObserved: reader.time(() => record.hrTimeObserved),
    spanContext: reader.context(() => record.spanContext),
    severityText: reader.text(() => record.severityText),
    severityNumber: reader.number(() => record.severityNumber),
    eventName: reader.text(() => record.eventName),
    droppedAttributesCount: reader.number(() => record.droppedAttributesCount) ?? 0,
    body: copier.copy(reader.any(() => record.body)),
    attributes: reader.map(() => record.attributes, 0),
  };
}
