import type { OtlpObject } from '../../../otlp/wire/decode-protobuf.ts';
import { StatementFailure, wrongType } from '../failure.ts';
import type { Draft, Row } from '../row.ts';
import { Messages } from '../value.ts';
import {
  attributes,
  cache,
  type Field,
  type Fields,
  identifier,
  identifierText,
  int32,
  text,
  time,
  unixNano,
} from './field.ts';
import { traceState } from './trace-state.ts';

const span = (row: Row): Draft => row.record;
const event = (row: Row): Draft => row.inner;

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];

function kindAs(nameOf: (kind: string) => string): Field {
  return {
    get: (row) => {
      const kind = KINDS[(row.record.get('kind') as number | undefined) ?? 0];
      return kind === undefined ? '' : nameOf(kind);
    },
    set: (row, value) => {
      if (typeof value !== 'string') throw wrongType('a string', value);
      const kind = KINDS.findIndex((name) => nameOf(name) === value);
      if (kind < 0) throw new StatementFailure(`expected one of ${KINDS.map(nameOf).join(', ')}`);
      row.record.set('kind', kind === 0 ? undefined : kind);
    },
  };
}

function status(field: 'code' | 'message'): Field {
  const absent = field === 'code' ? 0 : '';
  const statusOf = (row: Row): OtlpObject => (row.record.get('status') as OtlpObject | undefined) ?? {};
  return {
    get: (row) => {
      const given = statusOf(row)[field] ?? absent;
      return typeof given === 'number' ? BigInt(given) : (given as string);
    },
    set: (row, value) => {
      const isFit = field === 'code' ? typeof value === 'bigint' : typeof value === 'string';
      if (!isFit) throw wrongType(field === 'code' ? 'an int' : 'a string', value);
      const { [field]: _before, ...others } = statusOf(row);
      const next = typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : (value as string);
      row.record.set('status', next === absent ? others : { ...others, [field]: next });
    },
  };
}

function messages(field: 'events' | 'links'): Field {
  const kind = `the ${field} of a span`;
  return {
    get: (row) => new Messages(kind, (row.record.get(field) as OtlpObject[] | undefined) ?? []),
    set: (row, value) => {
      if (!(value instanceof Messages) || value.kind !== kind) throw wrongType(kind, value);
      row.record.set(field, value.items.length === 0 ? undefined : (value.items as OtlpObject[]));
    },
  };
}

/** Paths that begin with `span.` */
export const SPAN_FIELDS: Fields = new Map([
  ['trace_id', identifier(span, 'traceId', 16)],
  ['trace_id.string', identifierText(span, 'traceId', 16)],
  ['span_id', identifier(span, 'spanId', 8)],
  ['span_id.string', identifierText(span, 'spanId', 8)],
  ['parent_span_id', identifier(span, 'parentSpanId', 8)],
  ['parent_span_id.string', identifierText(span, 'parentSpanId', 8)],
  ['trace_state', traceState],
  ['name', text(span, 'name')],
  ['kind', int32(span, 'kind', true)],
  ['kind.string', kindAs((kind) => kind)],
  ['kind.deprecated_string', kindAs((kind) => `SPAN_KIND_${kind.toUpperCase()}`)],
  ['start_time_unix_nano', unixNano(span, 'startTimeUnixNano')],
  ['end_time_unix_nano', unixNano(span, 'endTimeUnixNano')],
  ['start_time', time(span, 'startTimeUnixNano')],
  ['end_time', time(span, 'endTimeUnixNano')],
  ['attributes', attributes(span)],
  ['dropped_attributes_count', int32(span, 'droppedAttributesCount')],
  ['events', messages('events')],
  ['dropped_events_count', int32(span, 'droppedEventsCount')],
  ['links', messages('links')],
  ['dropped_links_count', int32(span, 'droppedLinksCount')],
  ['status.code', status('code')],
  ['status.message', status('message')],
  ['flags', int32(span, 'flags')],
  ['cache', cache],
]);

/** Paths that begin with `spanevent.` */
export const SPAN_EVENT_FIELDS: Fields = new Map([
  ['time_unix_nano', unixNano(event, 'timeUnixNano')],
  ['time', time(event, 'timeUnixNano')],
  ['name', text(event, 'name')],
  ['attributes', attributes(event)],
  ['dropped_attributes_count', int32(event, 'droppedAttributesCount')],
  ['cache', cache],
]);
