import { encodeWith } from './encode-with.ts';
import { LOG_RECORD, LOG_RECORDS } from './record-tags.ts';
import type { ValueCopier } from './value-copier.ts';
import type { ValueWriter } from './value-writer.ts';
import { copyMap, writeMap } from './write-map.ts';
import { type RecordContext, writeRecordContext } from './write-record-context.ts';

/** The SDK's `[seconds, nanoseconds]`. */
export type ReadableTime = readonly [seconds: number, nanoseconds: number];

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

const RECORD_ENCODING = { write: writeRecord, copy: copyRecord };

/**
 * Encodes a log record of an SDK as one `log_records` field of `ScopeLogs`, tag and length included. Names and
 * values are kept as the SDK has them; what is beyond the limits of an event is cut.
 * @returns a view of a buffer that is used again: valid until the next call
 */
export function encodeRecord(record: ReadableRecord): Uint8Array {
  return encodeWith(RECORD_ENCODING, record, Number.POSITIVE_INFINITY);
}

/** Backwards: the last field first. */
function writeRecord(writer: ValueWriter, record: ReadableRecord): void {
  const { out } = writer;
  const { spanContext, severityNumber, severityText, hrTime, hrTimeObserved } = record;
  writer.nonFiniteAsText = false;
  const start = out.length;
  if (record.eventName) out.string(LOG_RECORD.eventName, record.eventName);
  out.time(LOG_RECORD.observedTime, hrTimeObserved[0], hrTimeObserved[1]);
  if (spanContext !== undefined) writeRecordContext(writer, spanContext);
  if (record.droppedAttributesCount > 0) {
    out.int(LOG_RECORD.droppedAttributesCount, record.droppedAttributesCount);
  }
  writeMap(writer, LOG_RECORD.attributes, record.attributes);
  const body = out.length;
  if (record.body !== undefined && writer.value(record.body)) out.delimit(LOG_RECORD.body, body);
  if (severityText) out.string(LOG_RECORD.severityText, severityText);
  if (severityNumber) out.int(LOG_RECORD.severityNumber, severityNumber);
  out.time(LOG_RECORD.time, hrTime[0], hrTime[1]);
  out.delimit(LOG_RECORDS, start);
}

function copyRecord(copier: ValueCopier, record: ReadableRecord): ReadableRecord {
  // By name: the fields of an SDK's record are accessors, which a spread would lose.
  return {
    hrTime: record.hrTime,
    hrTimeObserved: record.hrTimeObserved,
    spanContext: record.spanContext,
    severityText: record.severityText,
    severityNumber: record.severityNumber,
    eventName: record.eventName,
    droppedAttributesCount: record.droppedAttributesCount,
    body: copier.copy(record.body),
    attributes: copyMap(copier, record.attributes, 0),
  };
}
