/** The records of requests as rows of a table: what the databases beside the store are given. */
import type { KeyValue } from '../../src/otlp/values/any-value.ts';
import { plainMap, plainValue } from '../../src/otlp/values/plain-value.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import type { WireRequest } from '../../src/viewer/store/write/store-writer.ts';

export interface PlainRow {
  readonly timeMs: number;
  readonly kind: 'event' | 'span';
  readonly name: string;
  readonly service: string;
  readonly user: string | null;
  readonly session: string | null;
  readonly trace: string;
  /** A text, or null. */
  readonly body: string | null;
  /** As JSON. */
  readonly attributes: string;
  /** All texts: the name, the body and those of the attributes. */
  readonly words: string;
}

type Map = Readonly<Record<string, unknown>>;

interface Part {
  readonly resource?: { readonly attributes?: readonly KeyValue[] };
  readonly scopeLogs?: readonly { readonly logRecords?: readonly Map[] }[];
  readonly scopeSpans?: readonly { readonly spans?: readonly Map[] }[];
}

export function* plainRows(requests: readonly WireRequest[]): Generator<PlainRow> {
  for (const request of requests) {
    const decoded = OtlpRequest.of(request).decoded() as { resourceLogs?: Part[]; resourceSpans?: Part[] };
    for (const part of decoded.resourceLogs ?? decoded.resourceSpans ?? []) {
      const service = String(plainMap(part.resource?.attributes)['service.name']);
      for (const { logRecords = [] } of part.scopeLogs ?? [])
        for (const one of logRecords) yield rowOf(one, 'event', service);
      for (const { spans = [] } of part.scopeSpans ?? [])
        for (const one of spans) yield rowOf(one, 'span', service);
    }
  }
}

function rowOf(record: Map, kind: PlainRow['kind'], service: string): PlainRow {
  const attributes = plainMap(record.attributes as readonly KeyValue[]);
  const name = String(record.eventName ?? record.name);
  const nanos = String(record.timeUnixNano ?? record.startTimeUnixNano);
  const text = (key: string): string | null => (typeof attributes[key] === 'string' ? attributes[key] : null);
  const value = plainValue(record.body as object);
  const body = typeof value === 'string' ? value : null;
  const words: string[] = [name, body ?? ''];
  eachText(attributes, words);
  return {
    timeMs: Number(nanos) / 1e6,
    kind,
    name,
    service,
    user: text('user.id'),
    session: text('session.id'),
    trace: String(record.traceId),
    body,
    attributes: JSON.stringify(attributes),
    words: words.join(' '),
  };
}

function eachText(value: unknown, texts: string[]): void {
  if (typeof value === 'string') texts.push(value);
  else if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) eachText(item, texts);
}
