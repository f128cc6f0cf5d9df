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
      directory: '/home/anna/otel-events-data/viewer',
      rows: rows.length,
      bytes: 1_234_567,
      files: 2,
      oldestMs: rows[0]?.timeMs ?? null,
      newestMs: rows.at(-1)?.timeMs ?? null,
      removed: 0,
      damaged: [],
      version: '0.1.0',
      endpoints: { otlpHttp: 'http://127.0.0.1:4318', otlpGrpc: 'http://127.0.0.1:4317' },
    },
    ledger: {
      entries: Array.from({ length: 40 }, (_, at) => [
        counted('cart.viewed', 10, 10, at * 9),
        counted('order.paid', 12, at % 8 === 3 ? 9 : 12, at * 9),
        counted('checkout', null, 5, at * 9),
      ]).flat(),
      underWay: [
        { name: 'order.paid', service: 'shop', count: 4 },
        { name: 'cart.viewed', service: 'shop', count: 6, silentSinceMs: minute - 9e6 },
      ],
      loggers: [
        { id: 'a', service: 'shop', firstMs: minute - 9e7, latestMs: minute, state: 'reporting' },
        { id: 'b', service: 'shop', firstMs: minute - 9e7, latestMs: minute - 9e6, state: 'silent' },
      ],
    },
    schemas: {
      schemas: [
        {
          name: 'order.paid',
          rows: 300,
          firstMs: nowMs - 9e7,
          lastMs: nowMs,
          schemas: [{ id: 'https://shop.example/order.paid', rows: 290 }],
          fields: [
            { field: 'total', rows: 300, types: ['number'] },
            { field: 'currency', rows: 300, types: ['text'] },
            { field: 'coupon', rows: 12, types: ['text', 'number'] },
          ],
        },
        {
          name: 'cart.viewed',
          rows: 9,
          firstMs: nowMs - 9e7,
          lastMs: nowMs,
          schemas: [],
          fields: [{ field: 'items', rows: 9, types: ['text'] }],
        },
      ],
      complete: true,
    },
  };
}
