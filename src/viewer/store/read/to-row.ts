import { nanosToMs } from '../../../nanos-to-ms.ts';
import { type Row, SPAN_STATUSES } from '../event-store.ts';
import { type PlainRecord, readPlainRecord } from '../record/plain-record.ts';
import { recordRequest } from '../record/record-request.ts';
import type { BlockFile } from './block.ts';

/** A row as the page shows it. */
export function toRow(file: BlockFile, seq: number): Row {
  const { isSpan, bytes, start, end, resource, scope, arrivedMs } = file.recordAt(seq);
  const record = readPlainRecord(isSpan, bytes, start, end);
  const { attributes } = record;
  const shared = file.resource(resource);
  const service = shared['service.name'];
  const nanos = nanosOf(record, arrivedMs);
  return {
    id: String(seq),
    kind: isSpan ? 'span' : record.name === '' ? 'log' : 'event',
    timeMs: nanosToMs(nanos),
    timeUnixNano: String(nanos),
    name: record.name,
    severity: record.severity,
    service: typeof service === 'string' ? service : '',
    traceId: record.traceId || undefined,
    spanId: record.spanId || undefined,
    parentSpanId: record.parentSpanId || undefined,
    durationMs: isSpan ? durationOf(record) : eventDuration(attributes['event.duration']),
    status: isSpan ? (SPAN_STATUSES[record.statusCode] ?? 'unset') : undefined,
    body: isSpan ? undefined : (record.body ?? undefined),
    attributes,
    resource: shared,
    scope: file.scope(scope),
  };
}

/** The same with the record as a request of one item. */
export function toWholeRow(file: BlockFile, seq: number): Row {
  const { isSpan, bytes, start, end, resource, scope } = file.recordAt(seq);
  const record = bytes.subarray(start, end);
  const around = {
    resource: file.surroundings('resource', resource),
    scope: file.surroundings('scope', scope),
  };
  return { ...toRow(file, seq), otlp: recordRequest(isSpan, around, record).decoded() };
}

function nanosOf({ nanos, observedNanos }: PlainRecord, arrivedMs: number): bigint {
  return nanos || observedNanos || BigInt(arrivedMs) * 1_000_000n;
}

function durationOf({ nanos, endNanos }: PlainRecord): number | undefined {
  return endNanos >= nanos ? nanosToMs(endNanos - nanos) : undefined;
}

function eventDuration(seconds: unknown): number | undefined {
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}
