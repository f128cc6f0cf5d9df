import { nanosToMs } from '../../../nanos-to-ms.ts';
import type { AnyValue, KeyValue } from '../../../otlp/values/any-value.ts';
import { plainMap, plainValue } from '../../../otlp/values/plain-value.ts';
import { decodeProtobuf } from '../../../otlp/wire/decode-protobuf.ts';
import { RECORD } from '../../../otlp/wire/messages.ts';
import { type Row, SPAN_STATUSES } from '../event-store.ts';
import { recordRequest } from '../record/record-request.ts';
import type { BlockFile } from './block.ts';

/** The shape of a decoded log record or span, as far as rows have it. */
interface Decoded {
  readonly timeUnixNano?: string;
  readonly observedTimeUnixNano?: string;
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
  readonly eventName?: string;
  readonly name?: string;
  readonly severityNumber?: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly status?: { readonly code?: number };
  readonly body?: AnyValue;
  readonly attributes?: readonly KeyValue[];
}

/** A row as the page shows it. */
export function toRow(file: BlockFile, seq: number): Row {
  const { isSpan, bytes, start, end, resource, scope, arrivedMs } = file.recordAt(seq);
  const message = isSpan ? RECORD.traces : RECORD.logs;
  const record = decodeProtobuf(message, bytes.subarray(start, end)) as Decoded;
  const attributes = plainMap(record.attributes);
  const shared = file.resource(resource);
  const service = shared['service.name'];
  const nanos = nanosOf(record, arrivedMs);
  return {
    id: String(seq),
    kind: isSpan ? 'span' : record.eventName ? 'event' : 'log',
    timeMs: nanosToMs(nanos),
    timeUnixNano: String(nanos),
    name: record.eventName ?? record.name ?? '',
    severity: record.severityNumber ?? 0,
    service: typeof service === 'string' ? service : '',
    traceId: record.traceId,
    spanId: record.spanId,
    parentSpanId: record.parentSpanId,
    durationMs: isSpan ? durationOf(record) : eventDuration(attributes['event.duration']),
    status: isSpan ? (SPAN_STATUSES[record.status?.code ?? 0] ?? 'unset') : undefined,
    body: isSpan ? undefined : (plainValue(record.body) ?? undefined),
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

function nanosOf(
  { startTimeUnixNano, timeUnixNano, observedTimeUnixNano }: Decoded,
  arrivedMs: number,
): bigint {
  const text = startTimeUnixNano ?? timeUnixNano ?? observedTimeUnixNano;
  return text === undefined ? BigInt(arrivedMs) * 1_000_000n : BigInt(text);
}

function durationOf({ startTimeUnixNano, endTimeUnixNano = '0' }: Decoded): number | undefined {
  const nanos = BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano ?? 0);
  return nanos >= 0n ? nanosToMs(nanos) : undefined;
}

function eventDuration(seconds: unknown): number | undefined {
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}
