import type { OtlpObject } from '../../../otlp/wire/decode-protobuf.ts';
import { type Entries, fieldOfEntries, NO_ENTRIES } from '../../../otlp/wire/entries.ts';
import { fromAnyValue, toAnyValue } from '../convert-value.ts';
import { wrongType } from '../failure.ts';
import { entryValue, firstKey, getIn, type Keys, setIn, setInMap } from '../indexing.ts';
import type { Draft, Row } from '../row.ts';
import { Identifier, Instant, OttlMap, type Value } from '../value.ts';

/** What a path leads to. */
export interface Field {
  readonly get: (row: Row) => Value;
  /** @throws StatementFailure for a value of another type */
  readonly set: (row: Row, value: Value) => void;
  /** Of a map, all of which need not be read for that. */
  readonly removeKey?: (row: Row, key: string) => void;
  /** Of what may have keys behind it. */
  readonly keyed?: KeyedField;
}

export interface KeyedField {
  readonly get: (row: Row, keys: Keys) => Value;
  readonly set: (row: Row, keys: Keys, value: Value) => void;
}

/** Fields by their names in paths, `trace_id.string` for one. */
export type Fields = ReadonlyMap<string, Field>;

/** Where in a row a message stands. */
export type Place = (row: Row) => Draft;

/** Attributes: a map, and its entries. */
export function attributes(place: Place): Field {
  return mapIn(place, 'attributes');
}

/** A map in a field of a message. */
export function mapIn(place: Place, field: string): Field {
  const entriesOf = (row: Row): Entries => (place(row).get(field) as OtlpObject[] | undefined) ?? NO_ENTRIES;
  const setEntries = (row: Row, entries: Entries): void => place(row).set(field, fieldOfEntries(entries));
  return {
    ...wholeMap(entriesOf, setEntries),
    removeKey: (row, key) => place(row).removeEntries(field, key),
    keyed: {
      get: (row, keys) => {
        const value = fromAnyValue(place(row).entry(field, firstKey(row, keys)) ?? {});
        return value === undefined || keys.length === 1 ? value : getIn(row, value, keys.slice(1));
      },
      set: (row, keys, value) => {
        const key = firstKey(row, keys);
        const draft = place(row);
        if (keys.length === 1 && value !== undefined) draft.putEntry(field, key, toAnyValue(value));
        else draft.putEntry(field, key, setIn(row, draft.entry(field, key) ?? {}, keys.slice(1), value));
      },
    },
  };
}

/** A map of its own for the statements of one record. */
export const cache: Field = {
  ...wholeMap(
    (row) => row.cache.entries,
    (row, entries) => {
      row.cache = new OttlMap(entries);
    },
  ),
  keyed: {
    get: (row, keys) => {
      const value = entryValue(row.cache.entries, firstKey(row, keys));
      return value === undefined ? undefined : getIn(row, value, keys.slice(1));
    },
    set: (row, keys, value) => {
      row.cache = new OttlMap(setInMap(row, row.cache.entries, keys, value));
    },
  },
};

function wholeMap(
  entriesOf: (row: Row) => Entries,
  setEntries: (row: Row, entries: Entries) => void,
): Pick<Field, 'get' | 'set'> {
  return {
    get: (row) => new OttlMap(entriesOf(row)),
    set: (row, value) => {
      if (!(value instanceof OttlMap)) throw wrongType('a map', value);
      if (value.entries !== entriesOf(row)) setEntries(row, value.entries);
    },
  };
}

export function text(place: Place, field: string): Field {
  return {
    get: (row) => (place(row).get(field) as string | undefined) ?? '',
    set: (row, value) => {
      if (typeof value !== 'string') throw wrongType('a string', value);
      place(row).set(field, value === '' ? undefined : value);
    },
  };
}

/** An int of 32 bits; a bigger one loses its upper bits. */
export function int32(place: Place, field: string, isSigned = false): Field {
  return {
    get: (row) => BigInt((place(row).get(field) as number | undefined) ?? 0),
    set: (row, value) => {
      if (typeof value !== 'bigint') throw wrongType('an int', value);
      const bits = Number(isSigned ? BigInt.asIntN(32, value) : BigInt.asUintN(32, value));
      place(row).set(field, bits === 0 ? undefined : bits);
    },
  };
}

/** A time in nanoseconds, as an int. */
export function unixNano(place: Place, field: string): Field {
  return {
    get: (row) => nanosOf(place(row), field),
    set: (row, value) => {
      if (typeof value !== 'bigint') throw wrongType('an int', value);
      setNanos(place(row), field, value);
    },
  };
}

/** The same as a time. */
export function time(place: Place, field: string): Field {
  return {
    get: (row) => new Instant(nanosOf(place(row), field)),
    set: (row, value) => {
      if (!(value instanceof Instant)) throw wrongType('a time', value);
      setNanos(place(row), field, value.unixNano);
    },
  };
}

function nanosOf(draft: Draft, field: string): bigint {
  const given = draft.get(field);
  return given === undefined ? 0n : BigInt.asIntN(64, BigInt(given as string));
}

function setNanos(draft: Draft, field: string, nanos: bigint): void {
  draft.set(field, nanos === 0n ? undefined : String(BigInt.asUintN(64, nanos)));
}

/** The id of a trace or a span, as ids are compared. */
export function identifier(place: Place, field: string, bytes: 8 | 16): Field {
  return {
    get: (row) => new Identifier(hexOf(place(row), field, bytes)),
    set: (row, value) => {
      const isOne = value instanceof Identifier && value.hex.length === bytes * 2;
      if (!isOne) throw wrongType(bytes === 16 ? 'a trace id' : 'a span id', value);
      setHex(place(row), field, value.hex);
    },
  };
}

/** The same in hexadecimal digits. */
export function identifierText(place: Place, field: string, bytes: 8 | 16): Field {
  return {
    get: (row) => hexOf(place(row), field, bytes),
    set: (row, value) => {
      const isOne = typeof value === 'string' && value.length === bytes * 2 && /^[0-9a-fA-F]*$/.test(value);
      if (!isOne) throw wrongType(`${bytes * 2} hexadecimal digits`, value);
      setHex(place(row), field, value.toLowerCase());
    },
  };
}

function hexOf(draft: Draft, field: string, bytes: number): string {
  return (draft.get(field) as string | undefined) ?? '0'.repeat(bytes * 2);
}

function setHex(draft: Draft, field: string, hex: string): void {
  draft.set(field, /^0*$/.test(hex) ? undefined : hex);
}
