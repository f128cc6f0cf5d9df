import { readEvent } from '../../otlp/event/read-event.ts';
import type { AnyValue, KeyValue } from '../../otlp/values/any-value.ts';
import type { AttributeMap } from '../../otlp/values/attribute-value.ts';
import { APP } from '../../otlp/values/event-attributes.ts';
import { plainMap, plainValue } from '../../otlp/values/plain-value.ts';
import type { Batch } from '../../otlp/wire/batch.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';

/** A record as somebody wants to read it; what it does not have is left out. */
export type Readable = Readonly<Record<string, unknown>>;

/** Both signals in the shape of OTLP/JSON, as far as they are shown. */
interface Decoded {
  readonly resourceLogs?: readonly {
    readonly resource?: Described;
    readonly scopeLogs?: readonly Scoped[];
  }[];
  readonly resourceSpans?: readonly {
    readonly resource?: Described;
    readonly scopeSpans?: readonly Scoped[];
  }[];
}

interface Described {
  readonly attributes?: readonly KeyValue[];
}

interface Scoped {
  readonly logRecords?: readonly LogRecord[];
  readonly spans?: readonly Span[];
}

interface LogRecord extends Described {
  readonly timeUnixNano?: string;
  readonly severityNumber?: number;
  readonly eventName?: string;
  readonly body?: AnyValue;
  readonly traceId?: string;
  readonly spanId?: string;
}

interface Span extends Described {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
  readonly events?: readonly (Described & { readonly timeUnixNano?: string; readonly name?: string })[];
  readonly links?: readonly (Described & { readonly traceId?: string; readonly spanId?: string })[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

const SPAN_KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUS_CODES = ['', 'ok', 'error'];

/**
 * The first log record or span of a batch: an event under the names that its writer gave.
 * @throws OtelEventsError `OTLP_INVALID`
 */
export function toReadable(batch: Batch): Readable {
  const { resourceLogs, resourceSpans } = OtlpRequest.of(batch).decoded() as Decoded;
  const [logs] = resourceLogs ?? [];
  const [spans] = resourceSpans ?? [];
  const service = plainMap((logs ?? spans)?.resource?.attributes)[APP.name];
  const [record] = logs?.scopeLogs?.[0]?.logRecords ?? [];
  if (record !== undefined) return withoutEmpty({ ...readableLog(record), service });
  const [span] = spans?.scopeSpans?.[0]?.spans ?? [];
  return span === undefined ? {} : withoutEmpty({ ...readableSpan(span), service });
}

/** The `event_name` of a log record, or the name of a span. */
export function nameOf({ name }: Readable): string {
  return typeof name === 'string' ? name : '';
}

function readableLog({ timeUnixNano, severityNumber, eventName = '', body, ...record }: LogRecord): Readable {
  const message = plainValue(body);
  const { id, name, data, ...event } = readEvent({
    timeUnixNano: 0n,
    observedTimeUnixNano: 0n,
    severityNumber: 0,
    flags: 0,
    eventName,
    body: message,
    attributes: plainMap(record.attributes),
    resource: NOWHERE,
    scope: { name: '' },
  });
  return {
    id,
    time: isoNano(timeUnixNano),
    name,
    severity: severityNumber,
    // Without a message the encoder puts the name there.
    message: message === name ? undefined : message,
    data,
    ...event,
    traceId: record.traceId,
    spanId: record.spanId,
  };
}

const NOWHERE = { attributes: {} };

function readableSpan(span: Span): Readable {
  return {
    span: span.spanId,
    name: span.name,
    time: isoNano(span.startTimeUnixNano),
    end: isoNano(span.endTimeUnixNano),
    kind: SPAN_KINDS[span.kind ?? 0],
    status: STATUS_CODES[span.status?.code ?? 0],
    statusMessage: span.status?.message,
    attributes: plainMap(span.attributes),
    events: span.events?.map(({ timeUnixNano, name, attributes }) =>
      withoutEmpty({ time: isoNano(timeUnixNano), name, attributes: plainMap(attributes) }),
    ),
    links: span.links?.map(({ traceId, spanId, attributes }) =>
      withoutEmpty({ traceId, spanId, attributes: plainMap(attributes) }),
    ),
    traceId: span.traceId,
    parentSpanId: span.parentSpanId,
  };
}

/** ISO 8601 with as many digits as the time has; undefined for none. */
export function isoNano(nano: string | undefined): string | undefined {
  if (nano === undefined || nano === '0') return undefined;
  const [ms, rest] = [BigInt(nano) / 1_000_000n, BigInt(nano) % 1_000_000n];
  const date = new Date(Number(ms));
  if (Number.isNaN(date.getTime())) return nano;
  const iso = date.toISOString();
  return rest === 0n
    ? iso
    : `${iso.slice(0, -1)}${String(rest)
        .padStart(6, '0')
        .replace(/(000)$/, '')}Z`;
}

/** Without what is undefined, or empty and would say nothing. */
function withoutEmpty(values: Readable): Readable {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && value !== null && Object.keys(value as AttributeMap).length === 0;
}
