import type { SinkRequest } from './http-sink.ts';

/** An attribute value of OTLP/JSON. */
interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: number | string;
  readonly doubleValue?: number | string;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
}

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** A log record or span of OTLP/JSON, attributes as plain objects. */
export interface Received {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: { readonly name: string; readonly version?: string; readonly attributes: object };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly name?: string;
  readonly eventName?: string;
  readonly timeUnixNano?: string;
  readonly observedTimeUnixNano?: string;
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
  readonly severityNumber?: number;
  readonly body?: unknown;
  readonly flags?: number;
  readonly kind?: number;
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly events?: readonly { readonly name: string; readonly attributes: Record<string, unknown> }[];
}

/** The log records in the requests that went to `/v1/logs` as OTLP/JSON. */
export function logRecordsOf(requests: readonly SinkRequest[]): Received[] {
  return itemsOf(requests, '/v1/logs', 'resourceLogs', 'scopeLogs', 'logRecords');
}

/** The spans in the requests that went to `/v1/traces` as OTLP/JSON. */
export function spansOf(requests: readonly SinkRequest[]): Received[] {
  return itemsOf(requests, '/v1/traces', 'resourceSpans', 'scopeSpans', 'spans');
}

export function plainAttributes(attributes: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plainValue(value)]));
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of OTLP/JSON differs by signal only in names
type Json = any;

function itemsOf(
  requests: readonly SinkRequest[],
  path: string,
  outer: string,
  middle: string,
  inner: string,
): Received[] {
  const bodies = requests
    .filter((request) => request.path === path)
    .map(({ body }) => JSON.parse(String(body)));
  return bodies.flatMap((body: Json) =>
    body[outer].flatMap((resource: Json) =>
      resource[middle].flatMap((scope: Json) =>
        scope[inner].map((item: Json) => ({
          ...item,
          body: item.body === undefined ? undefined : plainValue(item.body),
          attributes: plainAttributes(item.attributes),
          events: item.events?.map((event: Json) => ({
            ...event,
            attributes: plainAttributes(event.attributes),
          })),
          resource: plainAttributes(resource.resource.attributes),
          scope: { ...scope.scope, attributes: plainAttributes(scope.scope.attributes) },
        })),
      ),
    ),
  );
}

function plainValue(value: AnyValue): unknown {
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plainValue);
  if (value.kvlistValue !== undefined) return plainAttributes(value.kvlistValue.values);
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.bytesValue !== undefined) return Buffer.from(value.bytesValue, 'base64');
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? null;
}
