import { BlockList, isIP } from 'node:net';
import type { OtlpObject } from '../../../otlp/wire/decode-protobuf.ts';
import { findEntry, keyOf, keyValue } from '../../../otlp/wire/entries.ts';
import { compare } from '../compare.ts';
import { bodyText, fromAnyValue } from '../convert-value.ts';
import { StatementFailure, wrongType } from '../failure.ts';
import { converter, type OttlFunction } from '../function.ts';
import { fixedString, list, map, optional, several, string, stringLike, value } from '../parameter.ts';
import { Messages, OttlList, OttlMap, type Value } from '../value.ts';

const len = converter('Len', { target: value }, ({ target }) => (row) => {
  const given = target(row);
  if (typeof given === 'string') return BigInt(Buffer.byteLength(given));
  if (given instanceof Uint8Array) return BigInt(given.length);
  if (given instanceof OttlMap) return BigInt(given.entries.length);
  if (given instanceof OttlList || given instanceof Messages) return BigInt(given.items.length);
  throw wrongType('a string, a map or a list', given);
});

const coalesce = converter('Coalesce', { values: several(value) }, ({ values }) => {
  if (values.length === 0) throw new StatementFailure('values is empty');
  return (row) => {
    for (const get of values) {
      const given = get(row);
      if (given !== undefined) return given;
    }
    return undefined;
  };
});

const keys = converter('Keys', { target: map }, ({ target }) => (row) => {
  return new OttlList(target(row).entries.map((entry) => ({ stringValue: keyOf(entry) })));
});

const values = converter('Values', { target: map }, ({ target }) => (row) => {
  return new OttlList(target(row).entries.map((entry) => entry.value as OtlpObject));
});

function indexIn({ items }: OttlList, wanted: Value): number {
  return items.findIndex((item) => compare(fromAnyValue(item), '==', wanted));
}

const containsValue = converter(
  'ContainsValue',
  { target: list, item: value },
  ({ target, item }) =>
    (row) =>
      indexIn(target(row), item(row)) >= 0,
);

const index = converter('Index', { target: value, value }, ({ target, value: wantedIn }) => (row) => {
  const given = target(row);
  const wanted = wantedIn(row);
  if (given instanceof OttlList) return BigInt(indexIn(given, wanted));
  if (typeof given !== 'string') throw wrongType('a string or a list', given);
  if (typeof wanted !== 'string') throw wrongType('a string', wanted);
  const found = given.indexOf(wanted);
  return found < 0 ? -1n : BigInt(Buffer.byteLength(given.slice(0, found)));
});

const sort = converter(
  'Sort',
  { target: list, order: optional(fixedString) },
  ({ target, order = 'asc' }) => {
    if (order !== 'asc' && order !== 'desc') throw new StatementFailure('order is "asc" or "desc"');
    return (row) => {
      const before = target(row);
      const items = sorted(before.items, order === 'desc' ? -1 : 1);
      return items === undefined ? before : new OttlList(items);
    };
  },
);

/** Numbers by size, all else as texts; undefined for lists with lists, maps or bytes in them. */
function sorted(items: readonly OtlpObject[], sign: 1 | -1): OtlpObject[] | undefined {
  const given = items.map((item) => ({ item, value: fromAnyValue(item) }));
  if (given.some(({ value: one }) => typeof one === 'object')) return undefined;
  const isNumeric = given.every(({ value: one }) => typeof one === 'bigint' || typeof one === 'number');
  const ranked = given.map(({ item, value: one }) => ({ item, rank: isNumeric ? one : bodyText(item) }));
  return ranked
    .sort(
      (left, right) =>
        sign * (compare(left.rank, '<', right.rank) ? -1 : Number(compare(left.rank, '>', right.rank))),
    )
    .map(({ item }) => item);
}

const sliceToMap = converter(
  'SliceToMap',
  { target: list, key_path: optional(several(fixedString)), value_path: optional(several(fixedString)) },
  ({ target, key_path: keyPath, value_path: valuePath }) =>
    (row) => {
      const made = new Map<string, OtlpObject>();
      for (const [position, item] of target(row).items.entries()) {
        const key = keyPath === undefined ? String(position) : fromAnyValue(itemAt(item, keyPath));
        if (typeof key !== 'string') throw wrongType('a string at key_path', key);
        made.set(key, valuePath === undefined ? item : itemAt(item, valuePath));
      }
      return new OttlMap([...made].map(([key, item]) => keyValue(key, item)));
    },
);

function itemAt(item: OtlpObject, path: readonly string[]): OtlpObject {
  return path.reduce((found, key) => {
    const inside = fromAnyValue(found);
    if (!(inside instanceof OttlMap)) throw wrongType('a map', inside);
    const entry = findEntry(inside.entries, key);
    if (entry === undefined) throw new StatementFailure('an item of the list has no such key');
    return entry.value as OtlpObject;
  }, item);
}

const isInCidr = converter(
  'IsInCIDR',
  { target: string, networks: several(string) },
  ({ target, networks }) => {
    const isFixed = networks.every((network) => network.constant !== undefined);
    const fixed = isFixed ? blockList(networks.map((network) => network.constant?.value ?? '')) : undefined;
    return (row) => {
      const address = target(row);
      const family = isIP(address);
      const blocks = fixed ?? blockList(networks.map((network) => network(row)));
      return family !== 0 && blocks.check(address, family === 4 ? 'ipv4' : 'ipv6');
    };
  },
);

function blockList(networks: readonly string[]): BlockList {
  const blocks = new BlockList();
  for (const network of networks) {
    const [address = '', bits = ''] = network.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    if (family === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most)
      throw new StatementFailure('a network that is not ADDRESS/BITS');
    blocks.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  }
  return blocks;
}

const isValidLuhn = converter('IsValidLuhn', { target: stringLike }, ({ target }) => (row) => {
  const text = target(row)?.replaceAll(' ', '');
  if (text === undefined) throw wrongType('digits', undefined);
  if (text === '') return false;
  if (!/^\d+$/.test(text)) throw new StatementFailure('expected digits');
  const digits = [...text].reverse().map(Number);
  const sum = digits.reduce((total, digit, place) => {
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
});

/** Converters of lists and maps, and questions about values. */
export const LIST_CONVERTERS: readonly OttlFunction[] = [
  len,
  coalesce,
  keys,
  values,
  containsValue,
  index,
  sort,
  sliceToMap,
  isInCidr,
  isValidLuhn,
];
