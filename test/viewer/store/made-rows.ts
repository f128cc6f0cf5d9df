/** Rows made at random, from a seed, and the requests that carry them. */

import type { OtlpObject } from '../../../src/otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

export interface MadeRow {
  readonly kind: 'event' | 'log' | 'span';
  readonly nanos: bigint;
  readonly name: string;
  readonly severity: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly endNanos: bigint;
  readonly status: 'unset' | 'ok' | 'error';
  readonly body: Plain | undefined;
  readonly attributes: Readonly<Record<string, Plain>>;
  readonly resource: Readonly<Record<string, Plain>>;
  readonly scope: string;
}

/** The same numbers for the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(part: number): boolean {
    return this.next() < part;
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.below(16).toString(16)).join('');
  }
}

export const START_MS = 1_764_288_000_000;

export const WORDS = [
  'card',
  'declined',
  'Coffee',
  'order',
  'naïve',
  'NAIVE',
  'shipped',
  'the',
  '漢字',
  'v2',
  'a-1',
];
export const NAMES = [
  'page.viewed',
  'cart.item_added',
  'checkout.started',
  'checkout.completed',
  'job failed 12',
];
export const USERS = ['u4201', 'u4202', 'anna', 'bob', 'Zoë', 'u-4203', 'u4203'];
/** Integers that no number holds. */
export const LARGE = ['9007199254740992', '9007199254740993', '9223372036854775807', '-9223372036854775808'];
export const SERVICES = ['shop', 'api', 'worker'];

function text(dice: Dice): string {
  return Array.from({ length: 1 + dice.below(5) }, () => dice.of(WORDS)).join(
    dice.of([' ', ', ', '-', ' / ']),
  );
}

function attributes(dice: Dice): Record<string, Plain> {
  const made: Record<string, Plain> = {};
  if (dice.chance(0.7)) made['user.id'] = dice.chance(0.1) ? 42 : dice.of(USERS);
  if (dice.chance(0.1)) made['enduser.id'] = dice.of(USERS);
  if (dice.chance(0.6)) made['session.id'] = `s-${dice.below(12)}00`;
  if (dice.chance(0.6)) made.total = dice.of<Plain>([0, 1, 7, 42, 300, -5, 70_000, 2.5, 1e12, '42', true]);
  if (dice.chance(0.3)) made.order = dice.of<Plain>([...LARGE, 42, 2 ** 53, -1e300, 'x']);
  if (dice.chance(0.3)) made.paid = dice.of<Plain>([true, false, null, 'true']);
  if (dice.chance(0.4))
    made.address = { country: dice.of(['DE', 'US', 'FR']), code: String(10_000 + dice.below(20)) };
  if (dice.chance(0.1)) made['address.country'] = dice.of(['DE', 'AT']);
  if (dice.chance(0.4)) {
    made.items = Array.from({ length: dice.below(4) }, () => ({
      sku: dice.of<Plain>(['A1', 'B2', 'SKU-1003', 7]),
      price: dice.of<Plain>([5, 5.5, 10]),
      ...(dice.chance(0.3) ? { tags: ['x', dice.of<Plain>(['y', 1, null])] } : {}),
    }));
  }
  if (dice.chance(0.3)) made.note = text(dice);
  if (dice.chance(0.1)) made.note = `${'long text '.repeat(30)}${dice.of(WORDS)} ${dice.below(3)}`;
  if (dice.chance(0.1)) made['event.duration'] = dice.of([0.5, 2, 0.001]);
  if (dice.chance(0.06)) {
    made.many = Object.fromEntries(Array.from({ length: 400 }, () => [`k${dice.below(900)}`, dice.below(3)]));
  }
  if (dice.chance(0.2)) made.path = dice.of(['/cart/77', '/cart/78', '/', '/checkout']);
  return made;
}

/** @param at - how many came before: times rise with it, but for late ones */
export function makeRow(dice: Dice, at: number): MadeRow {
  const isSpan = dice.chance(0.35);
  const late = dice.chance(0.05) ? dice.below(400_000) : 50 * dice.below(6);
  const ms = START_MS + at * 100 - late;
  const nanos = BigInt(ms) * 1_000_000n + BigInt(dice.below(2)) * 250_000n;
  const isNamed = isSpan || dice.chance(0.8);
  const uid = `${ms
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})/, '$1-')}-7${dice.hex(3)}-8${dice.hex(3)}-${dice.hex(12)}`;
  const trace = `00000000000000000000000000000${(100 + dice.below(60)).toString()}`;
  return {
    kind: isSpan ? 'span' : isNamed ? 'event' : 'log',
    nanos,
    name: isNamed ? dice.of(NAMES) : '',
    severity: isSpan ? 0 : dice.of([0, 9, 13, 17]),
    traceId: isSpan || dice.chance(0.5) ? trace : '',
    spanId: isSpan ? dice.hex(16) : '',
    parentId: isSpan && dice.chance(0.5) ? dice.hex(16) : '',
    endNanos: nanos + BigInt(dice.below(900)) * 1_000_000n,
    status: dice.of(['unset', 'ok', 'error'] as const),
    body:
      isSpan || dice.chance(0.3)
        ? undefined
        : dice.chance(0.1)
          ? { a: text(dice), b: [1, 'needle'] }
          : text(dice),
    attributes: {
      ...(!isSpan && dice.chance(0.6) ? { 'log.record.uid': uid } : {}),
      ...attributes(dice),
    },
    resource: { 'service.name': dice.of(SERVICES), 'host.name': dice.of(['h1', 'h2']) },
    scope: dice.of(['lib', '']),
  };
}

export function makeRows(dice: Dice, count: number, from = 0): MadeRow[] {
  return Array.from({ length: count }, (_, at) => makeRow(dice, from + at));
}

function anyValue(value: Plain): OtlpObject {
  if (value === null) return {};
  if (typeof value === 'string') return LARGE.includes(value) ? { intValue: value } : { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: keyValues(value as Record<string, Plain>) } };
}

function keyValues(map: Readonly<Record<string, Plain>>): OtlpObject[] {
  return Object.entries(map).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function record(row: MadeRow): OtlpObject {
  const shared = {
    attributes: keyValues(row.attributes),
    ...(row.traceId === '' ? {} : { traceId: row.traceId }),
    ...(row.spanId === '' ? {} : { spanId: row.spanId }),
  };
  if (row.kind !== 'span') {
    return {
      ...shared,
      timeUnixNano: String(row.nanos),
      ...(row.severity === 0 ? {} : { severityNumber: row.severity }),
      ...(row.body === undefined ? {} : { body: anyValue(row.body) }),
      ...(row.name === '' ? {} : { eventName: row.name }),
    };
  }
  return {
    ...shared,
    name: row.name,
    startTimeUnixNano: String(row.nanos),
    endTimeUnixNano: String(row.endNanos),
    ...(row.parentId === '' ? {} : { parentSpanId: row.parentId }),
    status: { code: ['unset', 'ok', 'error'].indexOf(row.status) },
  };
}

/** Requests that carry the rows in their order: of logs and of traces in turn, so many rows at most in each. */
export function requestsOf(rows: readonly MadeRow[], most = 50): OtlpRequest[] {
  const requests: OtlpRequest[] = [];
  for (let at = 0; at < rows.length; ) {
    const isSpan = rows[at]?.kind === 'span';
    let to = at + 1;
    while (to < rows.length && to - at < most && (rows[to]?.kind === 'span') === isSpan) to++;
    requests.push(requestOf(rows.slice(at, to)));
    at = to;
  }
  return requests;
}

/** One request of rows of one signal. */
export function requestOf(rows: readonly MadeRow[]): OtlpRequest {
  const isSpan = rows[0]?.kind === 'span';
  const parts = rows.map((row) => {
    const scope = row.scope === '' ? {} : { scope: { name: row.scope } };
    const scoped = { ...scope, [isSpan ? 'spans' : 'logRecords']: [record(row)] };
    return {
      resource: { attributes: keyValues(row.resource) },
      [isSpan ? 'scopeSpans' : 'scopeLogs']: [scoped],
    };
  });
  return isSpan
    ? OtlpRequest.from('traces', { resourceSpans: parts })
    : OtlpRequest.from('logs', { resourceLogs: parts });
}
