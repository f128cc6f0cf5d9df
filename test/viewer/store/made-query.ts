/** Questions made at random, from a seed. */
import type { Comparison, Condition, Field, Query } from '../../../src/viewer/query/query.ts';
import { type Dice, LARGE, type MadeRow, NAMES, SERVICES, START_MS, USERS, WORDS } from './made-rows.ts';

const attribute = (path: string): Field => ({ of: 'attribute', path });
const row = (name: Extract<Field, { of: 'row' }>['name']): Field => ({ of: 'row', name });

export const FIELDS: readonly Field[] = [
  ...[
    'user.id',
    'total',
    'order',
    'paid',
    'address.country',
    'items[].sku',
    'items.price',
    'items[].tags[]',
    'note',
    'many.k7',
    'many.k8',
    'many.k9',
  ].map(attribute),
  ...(
    ['kind', 'name', 'severity', 'service', 'scope', 'duration', 'status', 'body', 'trace', 'parent'] as const
  ).map(row),
  ...(['user', 'session', 'uid', 'conversation'] as const).map(row),
  ...['nowhere', 'address', 'items', 'many', 'path', 'log.record.uid'].map(attribute),
  { of: 'resource', path: 'host.name' },
];

const TEXTS = [
  ...USERS,
  ...NAMES,
  ...SERVICES,
  ...WORDS,
  'h1',
  'A1',
  'B2',
  'DE',
  'error',
  'span',
  's-300',
  'S300',
  '/cart/77',
];
const NUMBERS = [0, 1, 5, 7, 9, 13, 42, 300, 2.5, -5, 400, 2000];

const ORDERS = [...LARGE.map(BigInt), 2n ** 53n + 2n, -(10n ** 20n), 42, 2 ** 53, -1e300];

function comparison(dice: Dice, rows: readonly MadeRow[]): Comparison {
  const field = dice.of(FIELDS);
  const is = dice.of(['=', '=', '=', '<', '<=', '>', '>=', 'like'] as const);
  if (is === 'like') {
    const value = dice.of([
      '*',
      'check*',
      '*added',
      '*a*',
      'c*d*',
      '*.*',
      'u42*',
      'long*declined*',
      '*needle*',
      'A1',
      '',
    ]);
    return { kind: 'compare', field, is, value };
  }
  const pick = dice.below(8);
  if (pick < 3) {
    const isOrder = field.of === 'attribute' && field.path === 'order';
    const value = isOrder ? dice.of(ORDERS) : dice.of(NUMBERS);
    return { kind: 'compare', field, is, value, ...(dice.chance(0.5) ? { bare: String(value) } : {}) };
  }
  if (pick === 3) return { kind: 'compare', field, is, value: dice.of([true, false, null]) };
  const taken = dice.of(rows);
  const value = dice.chance(0.2)
    ? dice.of([
        taken.traceId,
        taken.parentId,
        String(taken.attributes['log.record.uid']),
        String(taken.attributes.note),
        String(taken.body),
      ])
    : dice.of(TEXTS);
  return { kind: 'compare', field, is, value };
}

export function makeCondition(dice: Dice, rows: readonly MadeRow[], depth = 0): Condition {
  const pick = dice.below(depth > 2 ? 6 : 10);
  if (pick < 3) return comparison(dice, rows);
  if (pick === 3) return { kind: 'exists', field: dice.of(FIELDS) };
  if (pick < 6) {
    const uid = String(dice.of(rows).attributes['log.record.uid']);
    const texts = [
      ...TEXTS,
      'card declined',
      'naïve, NAIVE',
      'item_added',
      'needle',
      '漢',
      '字',
      'zzz',
      '!',
      '',
      uid,
    ];
    return { kind: 'text', text: dice.of(texts) };
  }
  if (pick === 6) return { kind: 'not', part: makeCondition(dice, rows, depth + 1) };
  const parts = Array.from({ length: dice.below(4) }, () => makeCondition(dice, rows, depth + 1));
  return { kind: pick % 2 === 0 ? 'and' : 'or', parts };
}

export function makeQuery(dice: Dice, rows: readonly MadeRow[]): Query {
  const span = rows.length * 100;
  const edge = (): number | undefined =>
    dice.chance(0.6) ? undefined : START_MS + dice.next() * 1.2 * span - 0.1 * span;
  return {
    where: dice.chance(0.1) ? undefined : makeCondition(dice, rows),
    range: { fromMs: edge(), toMs: edge() },
  };
}
