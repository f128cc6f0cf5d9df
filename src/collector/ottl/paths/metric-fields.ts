import type { OtlpObject, OtlpValue } from '../../../otlp/wire/decode-protobuf.ts';
import { fromAnyValue } from '../convert-value.ts';
import { wrongType } from '../failure.ts';
import { METRIC_TYPES, type MetricType, metricTypeOf } from '../metric-type.ts';
import type { Row } from '../row.ts';
import { Messages, OttlList, type Value } from '../value.ts';
import { attributes, cache, type Field, type Fields, int32, mapIn, text, time, unixNano } from './field.ts';

const HAS_TEMPORALITY: ReadonlySet<MetricType | undefined> = new Set([
  'sum',
  'histogram',
  'exponentialHistogram',
]);

/** What stands in a metric under the name of its type. */
function dataOf(row: Row): OtlpObject {
  const type = metricTypeOf(row.record.message);
  return type === undefined ? {} : (row.record.get(type) as OtlpObject);
}

function setInData(row: Row, field: string, value: OtlpValue | undefined): void {
  const type = metricTypeOf(row.record.message);
  if (type === undefined) return;
  const { [field]: _before, ...others } = dataOf(row);
  row.record.set(type, value === undefined ? others : { ...others, [field]: value });
}

const metricType: Field = {
  get: (row) => BigInt(METRIC_TYPES.indexOf(metricTypeOf(row.record.message) as MetricType) + 1),
  // As in the OpenTelemetry Collector: a metric does not become another one.
  set: () => {},
};

const temporality: Field = {
  get: (row) =>
    HAS_TEMPORALITY.has(metricTypeOf(row.record.message))
      ? BigInt((dataOf(row).aggregationTemporality as number | undefined) ?? 0)
      : undefined,
  set: (row, value) => {
    if (typeof value !== 'bigint') throw wrongType('an int', value);
    if (HAS_TEMPORALITY.has(metricTypeOf(row.record.message)))
      setInData(row, 'aggregationTemporality', Number(BigInt.asIntN(32, value)) || undefined);
  },
};

const isMonotonic: Field = {
  get: (row) => (metricTypeOf(row.record.message) === 'sum' ? dataOf(row).isMonotonic === true : undefined),
  set: (row, value) => {
    if (typeof value !== 'boolean') throw wrongType('a bool', value);
    if (metricTypeOf(row.record.message) === 'sum') setInData(row, 'isMonotonic', value || undefined);
  },
};

const dataPoints: Field = {
  get: (row) => {
    const type = metricTypeOf(row.record.message);
    if (type === undefined) return undefined;
    return new Messages(
      `data points of a ${type}`,
      (dataOf(row).dataPoints as OtlpObject[] | undefined) ?? [],
    );
  },
  set: (row, value) => {
    const kind = `data points of a ${metricTypeOf(row.record.message)}`;
    if (!(value instanceof Messages) || value.kind !== kind) throw wrongType(kind, value);
    setInData(row, 'dataPoints', value.items.length === 0 ? undefined : (value.items as OtlpObject[]));
  },
};

/** Paths that begin with `metric.` */
export const METRIC_FIELDS: Fields = new Map([
  ['name', text((row) => row.record, 'name')],
  ['description', text((row) => row.record, 'description')],
  ['unit', text((row) => row.record, 'unit')],
  ['type', metricType],
  ['aggregation_temporality', temporality],
  ['is_monotonic', isMonotonic],
  ['data_points', dataPoints],
  ['metadata', mapIn((row) => row.record, 'metadata')],
  ['cache', cache],
]);

const NUMBERS: readonly MetricType[] = ['gauge', 'sum'];
const COUNTED: readonly MetricType[] = ['histogram', 'exponentialHistogram', 'summary'];

/** A field that data points of some types of metrics have; others give nil, and cannot be set. */
function ofTypes(types: readonly MetricType[], field: Field): Field {
  const isOne = (row: Row): boolean => types.includes(metricTypeOf(row.record.message) as MetricType);
  return {
    get: (row) => (isOne(row) ? field.get(row) : undefined),
    set: (row, value) => {
      if (!isOne(row)) throw wrongType(`a data point of a ${types.join(' or ')}`, undefined);
      field.set(row, value);
    },
  };
}

/** One of two fields that a number is in; to set one takes the other away. */
function number(field: 'asDouble' | 'asInt'): Field {
  return {
    get: (row) => {
      const given = row.inner.get(field);
      if (field === 'asInt') return BigInt((given as string | undefined) ?? 0);
      return Number(given ?? 0);
    },
    set: (row, value) => {
      const isFit = field === 'asInt' ? typeof value === 'bigint' : typeof value === 'number';
      if (!isFit) throw wrongType(field === 'asInt' ? 'an int' : 'a float', value);
      row.inner.set(field === 'asInt' ? 'asDouble' : 'asInt', undefined);
      row.inner.set(field, field === 'asInt' ? String(value) : floatOf(value as number));
    },
  };
}

function floatOf(value: number): OtlpValue {
  return Number.isFinite(value) ? value : String(value);
}

function float(field: string, keepsZero: boolean): Field {
  return {
    get: (row) => Number(row.inner.get(field) ?? 0),
    set: (row, value) => {
      if (typeof value !== 'number') throw wrongType('a float', value);
      row.inner.set(field, value === 0 && !keepsZero ? undefined : floatOf(value));
    },
  };
}

/** A count: an int of 64 bits without a sign. */
function count(field: string): Field {
  return {
    get: (row) => BigInt.asIntN(64, BigInt((row.inner.get(field) as string | undefined) ?? 0)),
    set: (row, value) => {
      if (typeof value !== 'bigint') throw wrongType('an int', value);
      row.inner.set(field, value === 0n ? undefined : String(BigInt.asUintN(64, value)));
    },
  };
}

function kindOfNumber(value: Value): 'intValue' | 'doubleValue' | undefined {
  if (typeof value === 'bigint') return 'intValue';
  return typeof value === 'number' ? 'doubleValue' : undefined;
}

/** A list of numbers, as a list of values. */
function numbers(field: string, kind: 'intValue' | 'doubleValue'): Field {
  return {
    get: (row) =>
      new OttlList(
        ((row.inner.get(field) as OtlpValue[] | undefined) ?? []).map((item) => ({ [kind]: item })),
      ),
    set: (row, value) => {
      if (!(value instanceof OttlList)) throw wrongType('a list', value);
      const items = value.items.map((item) => {
        const one = fromAnyValue(item);
        if (kindOfNumber(one) !== kind) throw wrongType(kind === 'intValue' ? 'an int' : 'a float', one);
        return item[kind] as OtlpValue;
      });
      row.inner.set(field, items.length === 0 ? undefined : items);
    },
  };
}

/** Paths that begin with `datapoint.` */
export const DATA_POINT_FIELDS: Fields = new Map([
  ['attributes', attributes((row) => row.inner)],
  ['start_time_unix_nano', unixNano((row) => row.inner, 'startTimeUnixNano')],
  ['time_unix_nano', unixNano((row) => row.inner, 'timeUnixNano')],
  ['start_time', time((row) => row.inner, 'startTimeUnixNano')],
  ['time', time((row) => row.inner, 'timeUnixNano')],
  ['value_double', ofTypes(NUMBERS, number('asDouble'))],
  ['value_int', ofTypes(NUMBERS, number('asInt'))],
  ['flags', int32((row) => row.inner, 'flags')],
  ['count', ofTypes(COUNTED, count('count'))],
  ['sum', ofTypes(['histogram', 'exponentialHistogram'], float('sum', true))],
  ['bucket_counts', ofTypes(['histogram'], numbers('bucketCounts', 'intValue'))],
  ['explicit_bounds', ofTypes(['histogram'], numbers('explicitBounds', 'doubleValue'))],
  [
    'scale',
    ofTypes(
      ['exponentialHistogram'],
      int32((row) => row.inner, 'scale', true),
    ),
  ],
  ['zero_count', ofTypes(['exponentialHistogram'], count('zeroCount'))],
  ['cache', cache],
]);
