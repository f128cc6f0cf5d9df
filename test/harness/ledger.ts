import assert from 'node:assert/strict';
import type { Ledger, LedgerRow } from '../../src/index.ts';

/** Checks that a ledger adds up: each row by itself, and the names to the total. */
export function assertBalanced(ledger: Ledger): void {
  const { total, events, sinks, spans } = ledger;
  const rows = { total, spans, ...prefixed('event', events), ...prefixed('sink', sinks) };
  for (const [name, row] of Object.entries(rows)) {
    assert.equal(row.emitted, settledIn(row) + row.pending, `${name}: ${JSON.stringify(row)}`);
    const least = Math.min(row.acked, row.pending, row.handedOver, ...reasons(row));
    assert.ok(least >= 0, `${name}: ${JSON.stringify(row)}`);
  }
  for (const column of ['emitted', 'acked', 'pending', 'handedOver'] as const) {
    const sum = Object.values(events).reduce((total, row) => total + row[column], 0);
    assert.equal(total[column], sum, `${column} of the names and of the total`);
  }
}

/** Everything that has found its end. */
export function settledIn(row: LedgerRow): number {
  return row.acked + row.sampled + row.handedOver + reasons(row).reduce((sum, count) => sum + count, 0);
}

function reasons({ rejected, dropped }: LedgerRow): number[] {
  return [...Object.values(rejected), ...Object.values(dropped)];
}

function prefixed(prefix: string, rows: Readonly<Record<string, LedgerRow>>): Record<string, LedgerRow> {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [`${prefix} ${name}`, row]));
}
