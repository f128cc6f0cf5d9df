import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Accounts, type LedgerRow, type Ticket, type Totals } from '../../src/delivery/ledger/accounts.ts';
import type { Outcome } from '../../src/spool/log/outcome.ts';

const ACKED: Outcome = { column: 'acked' };
const HANDED_OVER: Outcome = { column: 'handedOver' };
const rejected = (reason: string): Outcome => ({ column: 'rejected', reason });
const dropped = (reason: string): Outcome => ({ column: 'dropped', reason });

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

function openTicket(books: Accounts, name: string, ...sinks: readonly string[]): Ticket {
  return books.open(
    books.event(name),
    sinks.map((sink) => books.sink(sink)),
  );
}

function settle(books: Accounts, ticket: Ticket, sink: string, outcome: Outcome): void {
  books.settle(ticket, books.sink(sink), outcome);
}

test('an event with one sink stands where that sink put it', () => {
  const books = new Accounts();
  const ticket = openTicket(books, 'a', 'otlp');
  assert.equal(books.ledger().total.pending, 1);
  settle(books, ticket, 'otlp', rejected('http_400'));
  const { total, events, sinks } = books.ledger();
  const row = { ...EMPTY_ROW, emitted: 1, rejected: { http_400: 1 } };
  assert.deepEqual({ total, events, sinks }, { total: row, events: { a: row }, sinks: { otlp: row } });
});

test('an event with several sinks stands in the first column that holds: dropped, rejected, pending, handedOver, acked', () => {
  const books = new Accounts();
  const ticket = openTicket(books, 'a', 'app', 'file', 'http', 'otlp');
  const column = (): string[] => {
    const { acked, pending, handedOver, rejected: bad, dropped: lost } = books.ledger().total;
    const columns = { acked, pending, handedOver, rejected: sumOf(bad), dropped: sumOf(lost) };
    return Object.entries(columns).flatMap(([name, count]) => (count > 0 ? [name] : []));
  };
  const seen = [column()];
  for (const [sink, outcome] of [
    ['app', HANDED_OVER],
    ['file', ACKED],
    ['http', rejected('http_400')],
    ['otlp', dropped('queue_full')],
  ] as const) {
    settle(books, ticket, sink, outcome);
    seen.push(column());
  }
  assert.deepEqual(seen, [['pending'], ['pending'], ['pending'], ['rejected'], ['dropped']]);
});

test('an event that everybody took is handed over if the app took it, else acked', () => {
  const books = new Accounts();
  const [first, second] = [openTicket(books, 'a', 'app', 'file'), openTicket(books, 'a', 'http', 'file')];
  settle(books, first, 'file', ACKED);
  settle(books, first, 'app', HANDED_OVER);
  settle(books, second, 'file', ACKED);
  settle(books, second, 'http', ACKED);
  const { acked, handedOver, pending } = books.ledger().total;
  assert.deepEqual({ acked, handedOver, pending }, { acked: 1, handedOver: 1, pending: 0 });
});

test('names beyond ten thousand share one account: names cannot fill memory', () => {
  const books = new Accounts();
  for (let count = 0; count < 10_005; count++) openTicket(books, `dynamic.${count}`, 'otlp');
  const { events, total } = books.ledger();
  assert.equal(Object.keys(events).length, 10_001);
  assert.equal(events['(other)']?.emitted, 5);
  assert.equal(total.emitted, 10_005);
});

test('names like __proto__ are counted as any other', () => {
  const books = new Accounts();
  openTicket(books, '__proto__', 'otlp');
  assert.deepEqual(Object.keys(books.ledger().events), ['__proto__']);
});

test('events that an earlier process left are counted as adopted, for the sinks that still want them', () => {
  const books = new Accounts();
  const log = {};
  books.adopt(log, 'a', ['otlp', 'file'], 10);
  books.adopt(log, 'a', ['file'], 20);
  books.adopt(log, 'a span', ['otlp.traces'], 30);
  books.settled(log, {
    sink: 'file',
    outcome: ACKED,
    count: 2,
    names: new Map([['a', 2]]),
    positions: [10, 20],
  });
  const { adopted, total, sinks, spans } = books.ledger();
  assert.equal(adopted, 2);
  assert.deepEqual(total, { ...EMPTY_ROW, emitted: 2, acked: 1, pending: 1 });
  assert.deepEqual(sinks.file, { ...EMPTY_ROW, emitted: 2, acked: 2 });
  assert.deepEqual(sinks.otlp, { ...EMPTY_ROW, emitted: 1, pending: 1 });
  assert.deepEqual(spans, { ...EMPTY_ROW, emitted: 1, pending: 1 });
});

const EMPTY_ROW: LedgerRow = {
  emitted: 0,
  acked: 0,
  pending: 0,
  sampled: 0,
  handedOver: 0,
  rejected: {},
  dropped: {},
};

const SINKS = ['otlp', 'file', 'http'];
const RANK = { acked: 0, handedOver: 1, pending: 2, rejected: 3, dropped: 4 } as const;
type Standing = Outcome | { readonly column: 'pending' };

/** An event of the model: the plain definition, with an object for every standing. */
interface ModelEvent {
  readonly name: string;
  /** The log that holds it. */
  readonly log: object | undefined;
  readonly end: number | undefined;
  readonly ticket: Ticket | undefined;
  readonly standings: Map<string, Standing>;
}

/** Of standings of the same rank the first that came counts: `Map` keeps the order of settling. */
function worst(standings: Iterable<Standing>): Standing {
  let result: Standing = ACKED;
  for (const standing of standings) if (RANK[standing.column] > RANK[result.column]) result = standing;
  return result;
}

function rowOf(standings: readonly Standing[]): LedgerRow {
  const row = { ...EMPTY_ROW, emitted: standings.length, rejected: {}, dropped: {} } as {
    [key: string]: number | Record<string, number>;
  };
  for (const standing of standings) {
    if ('reason' in standing) {
      const reasons = row[standing.column] as Record<string, number>;
      reasons[standing.reason] = (reasons[standing.reason] ?? 0) + 1;
    } else row[standing.column] = (row[standing.column] as number) + 1;
  }
  return row as unknown as LedgerRow;
}

const anyOutcome = fc.oneof(
  fc.constantFrom(ACKED, HANDED_OVER),
  fc.constantFrom('x', 'y').map(rejected),
  fc.constantFrom('x', 'y').map(dropped),
);

const anyStep = fc.oneof(
  fc.record({
    do: fc.constantFrom('log', 'ticket', 'adopt'),
    name: fc.constantFrom('a', 'b', 'c'),
    sinks: fc.subarray(SINKS, { minLength: 1 }),
  }),
  fc.record({
    do: fc.constantFrom('settle', 'lose'),
    sink: fc.constantFrom(...SINKS),
    outcome: anyOutcome,
    from: fc.nat(20),
    count: fc.integer({ min: 1, max: 8 }),
  }),
  fc.constant({ do: 'begin' } as const),
);

test('whatever happens in whatever order, the books say what a list of all standings says', () => {
  const property = fc.property(fc.array(anyStep, { maxLength: 80 }), (steps) => {
    const books = new Accounts();
    // Of records that nobody can read the period does not know which they were.
    const knowsAll = steps.every((step) => step.do !== 'lose');
    const [own, left] = [{ end: 0 }, {}];
    const events: ModelEvent[] = [];
    let [end, begun] = [0, 0];
    for (const step of steps) {
      if (step.do === 'begin') {
        books.beginPeriod(own);
        begun = events.length;
      } else if ('sinks' in step) {
        const accounts = step.sinks.map((sink) => books.sink(sink));
        const inLog = step.do !== 'ticket';
        end += 10;
        let ticket: Ticket | undefined;
        if (step.do === 'adopt') books.adopt(left, step.name, step.sinks, end);
        else if (inLog) {
          own.end = end;
          books.open(books.event(step.name), accounts, own, end);
        } else ticket = books.open(books.event(step.name), accounts);
        const standings = new Map(step.sinks.map((sink) => [sink, { column: 'pending' } as Standing]));
        const log = step.do === 'adopt' ? left : inLog ? own : undefined;
        events.push({ name: step.name, log, end: inLog ? end : undefined, ticket, standings });
      } else {
        const { sink, outcome } = step;
        const open = events.filter(({ standings }) => standings.get(sink)?.column === 'pending');
        const chosen = open.slice(step.from, step.from + step.count);
        for (const { ticket } of chosen) if (ticket !== undefined) settle(books, ticket, sink, outcome);
        for (const log of [own, left]) {
          const inLog = chosen.filter((event) => event.log === log);
          if (inLog.length === 0) continue;
          const names = new Map<string, number>();
          for (const { name } of inLog) names.set(name, (names.get(name) ?? 0) + 1);
          const ends = inLog.map((event) => event.end as number);
          const missing = {
            positions: undefined,
            remains: (place: number): boolean => !ends.includes(place),
          };
          const where = step.do === 'lose' ? missing : { positions: ends };
          books.settled(log, { sink, outcome, count: inLog.length, names, ...where });
        }
        for (const { standings } of chosen) {
          // At the end of the map: the order of settling.
          standings.delete(sink);
          standings.set(sink, outcome);
        }
      }
      assertSame(books, events);
      if (knowsAll) {
        const since = events.slice(begun).filter(({ log }) => log !== left);
        assertCounts(books.totals().since, rowOf(since.map(settledFirst)));
      }
    }
  });
  fc.assert(property, { numRuns: 1500 });
});

const settledFirst = ({ standings }: ModelEvent): Standing => worst(standings.values());

function assertCounts(
  { acked, pending, rejected: bad, dropped: lost, handedOver }: Totals,
  row: LedgerRow,
): void {
  assert.deepEqual(
    { acked, pending, handedOver, rejected: bad, dropped: lost },
    {
      acked: row.acked,
      pending: row.pending,
      handedOver: row.handedOver,
      rejected: sumOf(row.rejected),
      dropped: sumOf(row.dropped),
    },
  );
}

function assertSame(books: Accounts, events: readonly ModelEvent[]): void {
  const { total, events: byName, sinks } = books.ledger();
  assert.deepEqual(total, rowOf(events.map(settledFirst)));
  for (const [name, row] of Object.entries(byName)) {
    assert.deepEqual(row, rowOf(events.filter((event) => event.name === name).map(settledFirst)), name);
  }
  for (const [sink, row] of Object.entries(sinks)) {
    const standings = events.flatMap((event) => event.standings.get(sink) ?? []);
    assert.deepEqual(row, rowOf(standings), sink);
  }
}

test('of what is lost unread the oldest are taken to be gone first', () => {
  const books = new Accounts();
  const log = { end: 0 };
  const sinks = [books.sink('otlp')];
  for (const end of [1, 2, 3]) {
    log.end = end;
    books.open(books.event('a'), sinks, log, end);
    if (end === 2) books.beginPeriod(log);
  }
  const lost = { sink: 'otlp', outcome: dropped('corrupt'), positions: undefined };
  books.settled(log, { ...lost, count: 2, names: new Map([['a', 2]]) });
  assert.deepEqual(books.totals().since, { acked: 0, pending: 1, rejected: 0, dropped: 0 });
  books.settled(log, { ...lost, count: 1, names: new Map([['a', 1]]) });
  assert.deepEqual(books.totals().since, { acked: 0, pending: 0, rejected: 0, dropped: 1 });
});

test('with two hundred thousand events for two sinks the books stay small and quick', () => {
  const books = new Accounts();
  const log = {};
  const [event, sinks] = [books.event('a'), [books.sink('otlp'), books.sink('file')]];
  const count = 200_000;
  for (let end = 1; end <= count; end++) books.open(event, sinks, log, end);
  for (const sink of ['otlp', 'file']) {
    for (let from = 1; from <= count; from += 1000) {
      const positions = Array.from({ length: 1000 }, (_, index) => from + index);
      books.settled(log, { sink, outcome: ACKED, count: 1000, names: new Map([['a', 1000]]), positions });
    }
  }
  assert.deepEqual(books.totals(), {
    acked: count,
    pending: 0,
    rejected: 0,
    dropped: 0,
  });
});
