import type { OtlpObject } from '../../../otlp/wire/decode-protobuf.ts';
import { bodyText, fromAnyValue, toAnyValue } from '../convert-value.ts';
import { wrongType } from '../failure.ts';
import { getIn, setIn } from '../indexing.ts';
import type { Draft, Row } from '../row.ts';
import { OttlList, OttlMap } from '../value.ts';
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

const record = (row: Row): Draft => row.record;

function bodyOf(row: Row): OtlpObject {
  return (row.record.get('body') as OtlpObject | undefined) ?? {};
}

function indexableBodyOf(row: Row): OttlMap | OttlList {
  const body = fromAnyValue(bodyOf(row));
  if (body instanceof OttlMap || body instanceof OttlList) return body;
  throw wrongType('a body that is a map or a list', body);
}

const body: Field = {
  get: (row) => fromAnyValue(bodyOf(row)),
  set: (row, value) => row.record.set('body', toAnyValue(value)),
  keyed: {
    get: (row, keys) => getIn(row, indexableBodyOf(row), keys),
    set: (row, keys, value) => {
      indexableBodyOf(row);
      row.record.set('body', setIn(row, bodyOf(row), keys, value));
    },
  },
};

const bodyString: Field = {
  get: (row) => bodyText(bodyOf(row)),
  set: (row, value) => {
    if (typeof value !== 'string') throw wrongType('a string', value);
    row.record.set('body', toAnyValue(value));
  },
};

/** Paths that begin with `log.` */
export const LOG_FIELDS: Fields = new Map([
  ['time_unix_nano', unixNano(record, 'timeUnixNano')],
  ['observed_time_unix_nano', unixNano(record, 'observedTimeUnixNano')],
  ['time', time(record, 'timeUnixNano')],
  ['observed_time', time(record, 'observedTimeUnixNano')],
  ['severity_number', int32(record, 'severityNumber', true)],
  ['severity_text', text(record, 'severityText')],
  ['body', body],
  ['body.string', bodyString],
  ['attributes', attributes(record)],
  ['dropped_attributes_count', int32(record, 'droppedAttributesCount')],
  ['flags', int32(record, 'flags')],
  ['trace_id', identifier(record, 'traceId', 16)],
  ['trace_id.string', identifierText(record, 'traceId', 16)],
  ['span_id', identifier(record, 'spanId', 8)],
  ['span_id.string', identifierText(record, 'spanId', 8)],
  ['event_name', text(record, 'eventName')],
  ['cache', cache],
]);
