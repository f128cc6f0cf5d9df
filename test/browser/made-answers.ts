/** Answers that rows do not tell. */
import type { Row } from '../../src/viewer/store/event-store.ts';

export function madeAnswers(rows: readonly Row[], nowMs: number): Readonly<Record<string, unknown>> {
  const minute = Math.floor(nowMs / 60_000) * 60_000;
  const counted = (name: string, emitted: number | null, received: number, at: number) => ({
    name,
    service: 'shop',
    kind: 'record',
    minuteMs: minute - at * 60_000,
    emitted,
    received,
    stored: received,
    repeated: 0,
    lost:
      emitted === 12 && received === 9
        ? { 'dropped:queue_full': 2 }
        : name === 'checkout'
          ? {}
          : { sampled: 1 },
    gap: emitted === null ? 0 : emitted - received,
    settling: at === 0,
  });
  return {
    status: {
      writes: {
        state: 'failing',
        sinceMs: nowMs - 60_000,
        reason: 'the disk is full: free some room, or choose another --directory',
        refusedRequests: 2,
        refusedRecords: 50,
      },
      directory: '/home/anna/otel-events-data/viewer',
      rows: rows.length,
      bytes: 1_234_567,
      files: 2,
      oldestMs: rows[0]?.timeMs ?? null,
      newestMs: rows.at(-1)?.timeMs ?? null,
      removed: 0,
      cleared: { atMs: nowMs - 7.5e6, rows: 12_345, bytes: 3_456_789 },
      canClear: true,
      damaged: [],
      version: '0.1.0',
      endpoints: { otlpHttp: 'http://127.0.0.1:4318', otlpGrpc: 'http://127.0.0.1:4317' },
    },
    ledger: {
      entries: Array.from({ length: 40 }, (_, at) => [
        counted('cart.viewed', 10, 10, at * 9),
        counted('order.paid', 12, at % 8 === 3 ? 9 : 12, at * 9),
        counted('checkout', null, 5, at * 9),
      ])
        .flat()
        // Its app reports some seconds later.
        .concat({ ...counted('order.shipped', 10, 12, 0), lost: {}, gap: 0 }),
      underWay: [
        { name: 'order.paid', service: 'shop', count: 4 },
        { name: 'cart.viewed', service: 'shop', count: 6, silentSinceMs: minute - 9e6 },
      ],
      loggers: [
        { id: 'a', service: 'shop', firstMs: minute - 9e7, latestMs: minute, state: 'reporting' },
        { id: 'b', service: 'shop', firstMs: minute - 9e7, latestMs: minute - 9e6, state: 'silent' },
      ],
      cleared: { atMs: nowMs - 7.5e6, rows: 12_345, bytes: 3_456_789 },
    },
    schemas: { schemas: schemas(nowMs), declared: DECLARED, complete: true },
    'schemas/order.paid': { schemas: schemas(nowMs).slice(0, 2), declared: DECLARED, complete: true },
    quarantine: {
      directory: '/var/spool/shop-quarantine',
      events: [quarantined(nowMs, false), { ...quarantined(nowMs - 1000, true), id: 'q-held' }],
      total: 2,
      unread: 0,
    },
    'quarantine/q-1': {
      ...quarantined(nowMs, false),
      data: { total: '12,50', currency: 'EUR', email: null, items: [{ sku: 'A1', qty: 2 }] },
      otlp: {},
    },
    'quarantine/q-1/check': {
      schema: { id: 'https://shop.example/order.paid', version: '2' },
      issues: [{ path: '/total', expected: 'a number', got: 'a string' }],
    },
  };
}

const DECLARED = {
  directory: '/home/anna/shop/schemas',
  files: 3,
  schemas: 3,
  problems: [{ file: 'cart.yaml', code: 'SCHEMA_INVALID', message: 'cart.yaml at /version: it is missing' }],
};

function quarantined(timeMs: number, isHeld: boolean): object {
  return {
    id: 'q-1',
    name: 'order.paid',
    timeMs,
    schema: { id: 'https://shop.example/order.paid', version: '1' },
    issues: [{ path: '/total', expected: 'a number', got: 'a string' }],
    isHeld,
  };
}

function schemas(nowMs: number): readonly object[] {
  const declared = (types: readonly string[], more: object = {}) => ({
    types,
    required: false,
    deprecated: false,
    categories: [],
    values: null,
    description: null,
    ...more,
  });
  const field = (path: string, rows: number, types: readonly string[], more: object) => ({
    field: path,
    path,
    rows,
    types,
    drift: [],
    lastMs: rows > 0 ? nowMs : null,
    ...more,
  });
  const none = { undeclared: 0, unseen: 0, type: 0, missing: 0 };
  const paid = {
    name: 'order.paid',
    version: '2',
    state: 'drift',
    rows: 300,
    firstMs: nowMs - 9e7,
    lastMs: nowMs,
    schemas: [{ id: 'https://shop.example/order.paid', rows: 300 }],
    declared: {
      id: 'https://shop.example/order.paid',
      version: '2',
      file: 'order-paid-2.yaml',
      description: 'Somebody has paid an order.',
    },
    drift: { undeclared: 1, unseen: 1, type: 1, missing: 0 },
    fields: [
      field('total', 300, ['number', 'text'], {
        declared: declared(['number'], { required: true }),
        drift: ['type'],
      }),
      field('currency', 300, ['text'], {
        declared: declared(['string'], { values: ['EUR', 'USD'], description: 'As ISO 4217 has it.' }),
      }),
      field('email', 12, ['null'], { declared: declared(['string'], { categories: ['contact'] }) }),
      field('items[].gift', 0, [], { declared: declared(['boolean']), drift: ['unseen'] }),
      field('coupon', 12, ['text'], { declared: null, drift: ['undeclared'] }),
    ],
  };
  return [
    paid,
    { ...paid, version: '1', state: 'ok', rows: 4, drift: none, fields: [] },
    {
      ...paid,
      name: 'cart.viewed',
      version: null,
      state: 'undeclared',
      rows: 9,
      schemas: [],
      declared: null,
      drift: none,
      fields: [field('items', 9, ['text'], { declared: null })],
    },
    {
      ...paid,
      name: 'order.sent',
      state: 'unseen',
      rows: 0,
      firstMs: null,
      lastMs: null,
      drift: none,
      fields: [],
    },
  ];
}
