import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Account, Accounts, type Column, type LedgerRow, type Ticket } from '../../src/otel/accounts.ts';

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

function openTicket(accounts: Accounts, name: string, ...sinks: readonly string[]): Ticket {
  return accounts.open(
    name,
    sinks.map((sink): Account => accounts.sink(sink)),
  );
}

function assertBalanced(row: LedgerRow): void {
  const { emitted, acked, pending, sampled, handedOver, rejected, dropped } = row;
  assert.equal(emitted, acked + pending + sampled + handedOver + sumOf(rejected) + sumOf(dropped));
}

test('an event with one sink stands where that sink put it', () => {
  const accounts = new Accounts();
  const ticket = openTicket(accounts, 'a', 'otlp');
  assert.equal(accounts.ledger().total.pending, 1);
  accounts.settle(ticket, 'otlp', 'rejected', 'http_400');
  const { total, events, sinks } = accounts.ledger();
  const row = {
    emitted: 1,
    acked: 0,
    pending: 0,
    sampled: 0,
    handedOver: 0,
    rejected: { http_400: 1 },
    dropped: {},
  };
  assert.deepEqual({ total, events, sinks }, { total: row, events: { a: row }, sinks: { otlp: row } });
});

test('an event with several sinks stands in the first column that holds: dropped, rejected, pending, handedOver, acked', () => {
  const accounts = new Accounts();
  const ticket = openTicket(accounts, 'a', 'app', 'file', 'http');
  const column = (): string[] => {
    const { acked, pending, handedOver, rejected, dropped } = accounts.ledger().total;
    const columns = { acked, pending, handedOver, rejected: sumOf(rejected), dropped: sumOf(dropped) };
    return Object.entries(columns).flatMap(([name, count]) => (count > 0 ? [name] : []));
  };
  assert.deepEqual(column(), ['pending']);
  accounts.settle(ticket, 'app', 'handedOver');
  assert.deepEqual(column(), ['pending']);
  accounts.settle(ticket, 'file', 'acked');
  assert.deepEqual(column(), ['pending']);
  accounts.settle(ticket, 'http', 'acked');
  assert.deepEqual(column(), ['handedOver']);
});

test('a sink settles an event once; a later word changes nothing', () => {
  const accounts = new Accounts();
  const ticket = openTicket(accounts, 'a', 'otlp');
  accounts.settle(ticket, 'otlp', 'dropped', 'closed');
  accounts.settle(ticket, 'otlp', 'acked');
  assert.deepEqual(accounts.totals(), { acked: 0, pending: 0, rejected: 0, dropped: 1 });
});

test('names beyond ten thousand share one account: names cannot fill memory', () => {
  const accounts = new Accounts();
  for (let count = 0; count < 10_005; count++) openTicket(accounts, `dynamic.${count}`, 'otlp');
  const { events, total } = accounts.ledger();
  assert.equal(Object.keys(events).length, 10_001);
  assert.equal(events['(other names)']?.emitted, 5);
  assert.equal(total.emitted, 10_005);
});

test('names like __proto__ are counted as any other', () => {
  const accounts = new Accounts();
  openTicket(accounts, '__proto__', 'otlp');
  assert.deepEqual(Object.keys(accounts.ledger().events), ['__proto__']);
});

test('whatever happens in whatever order, every row adds up at every moment', () => {
  const columns: Column[] = ['acked', 'sampled', 'handedOver', 'rejected', 'dropped'];
  const step = fc.record({
    open: fc.boolean(),
    name: fc.constantFrom('a', 'b', 'c'),
    sinks: fc.subarray(['otlp', 'file', 'http'], { minLength: 1 }),
    which: fc.nat(),
    sink: fc.constantFrom('otlp', 'file', 'http'),
    column: fc.constantFrom(...columns),
    reason: fc.constantFrom('x', 'y'),
  });
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const accounts = new Accounts();
    const tickets: Ticket[] = [];
    for (const { open, name, sinks, which, sink, column, reason } of steps) {
      const ticket = tickets[which % Math.max(1, tickets.length)];
      if (open || ticket === undefined) tickets.push(openTicket(accounts, name, ...sinks));
      else accounts.settle(ticket, sink, column, reason);
      const { total, events, sinks: bySink } = accounts.ledger();
      for (const row of [total, ...Object.values(events), ...Object.values(bySink)]) assertBalanced(row);
      assert.equal(total.emitted, tickets.length);
      assert.equal(
        accounts.unsettled,
        Object.values(bySink).reduce((count, { pending }) => count + pending, 0),
      );
    }
  });
  fc.assert(property, { numRuns: 500 });
});
