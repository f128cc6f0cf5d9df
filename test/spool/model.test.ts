import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cursor, fieldAt, type RecordSource, type SpoolBatch } from '../../src/spool/log/cursor.ts';
import type { Outcome, Settlement } from '../../src/spool/log/outcome.ts';
import type { Leftover } from '../../src/spool/owner/leftover.ts';
import { currentOwner } from '../../src/spool/owner/owner.ts';
import { Spool } from '../../src/spool/spool.ts';
import { copyTree, HEADER, segmentFiles } from './fields.ts';

const SINKS = ['a', 'b', 'c'];
const HEADERS = [HEADER, { resource: Buffer.from('r2'), scope: Buffer.from('s2') }];
const OUTCOMES: readonly Outcome[] = [
  { column: 'acked' },
  { column: 'rejected', reason: 'http_400' },
  { column: 'dropped', reason: 'no' },
];
/** An owner that a lookup finds dead. */
const DEAD = { ...currentOwner(), pid: 4_194_305, thread: 4_194_305, start: '1' };

type Step =
  | {
      readonly do: 'append';
      readonly sinks: number;
      readonly size: number;
      readonly header: number;
      readonly times: number;
    }
  | { readonly do: 'turn' | 'crash' | 'reopen' }
  | { readonly do: 'torn'; readonly bytes: number }
  | {
      readonly do: 'read' | 'ack' | 'settle' | 'rewind' | 'rewindOne';
      readonly sink: number;
      readonly bytes: number;
      /** Which batch, which record of it, which outcome. */
      readonly which: number;
    };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      sinks: fc.integer({ min: 1, max: 7 }),
      size: fc.oneof(
        { weight: 4, arbitrary: fc.integer({ min: 8, max: 200 }) },
        { weight: 1, arbitrary: fc.integer({ min: 2000, max: 3000 }) },
      ),
      // Mostly the same: a batch ends where it changes.
      header: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
      times: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'reopen' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('torn' as const), bytes: fc.integer({ min: 0, max: 5000 }) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['read', 'read', 'read', 'ack', 'settle', 'settle', 'rewind', 'rewindOne'] as const),
      ),
      sink: fc.integer({ min: 0, max: 2 }),
      bytes: fc.integer({ min: 1, max: 5000 }),
      which: fc.nat(),
    }),
  },
);

interface Held {
  readonly cursor: Cursor;
  readonly batch: SpoolBatch;
}

/** What a sink must get. */
class Expected {
  /** What is not settled, in order. */
  pending: string[] = [];
  /** What of it the reader has. */
  readonly out = new Set<string>();
  /** What the reader has, or had and gave back: it is not dropped. */
  readonly taken = new Set<string>();
  held: Held[] = [];

  settle(text: string): void {
    const index = this.pending.indexOf(text);
    assert.ok(index >= 0, `settled and not pending: ${text.slice(0, 8)}`);
    this.pending.splice(index, 1);
    this.out.delete(text);
  }

  /** What the next reads must bring. */
  ahead(): string[] {
    return this.pending.filter((text) => !this.out.has(text));
  }

  /** The reader has nothing any more. */
  giveBack(batch?: SpoolBatch): void {
    for (const { batch: one } of this.held) {
      if (batch === undefined || batch === one) for (const text of textsOf(one)) this.out.delete(text);
    }
    this.held = this.held.filter((held) => batch !== undefined && held.batch !== batch);
  }
}

interface Left {
  readonly texts: ReadonlyMap<number, string>;
  readonly mayBeGone: ReadonlySet<number>;
}

/** What one log was given and said of one sink: entered is settled plus pending at every step, record by record. */
class Book {
  /** All that ever entered: the text by the position after it. */
  readonly texts = new Map<number, string>();
  /** Its file may go, even if an earlier record is still in flight. */
  readonly #settled = new Set<number>();
  /** The name of what is not settled, by the position after it. */
  readonly #pending = new Map<number, string>();

  enter(end: number, name: string): void {
    assert.ok(!this.#pending.has(end), 'entered twice');
    this.#pending.set(end, name);
  }

  /** The position after each record that entered. */
  get ends(): number[] {
    return [...this.#pending.keys()];
  }

  settle({ count, names, positions, remains }: Settlement): number[] {
    const settled = positions ?? this.ends.filter((end) => !remains?.(end));
    assert.equal(settled.length, count);
    assert.deepEqual(
      new Map(names),
      countBy(settled.map((end) => this.#pending.get(end) ?? 'settled twice')),
    );
    for (const end of settled) {
      assert.ok(this.#pending.delete(end), 'settled twice, or never entered');
      this.#settled.add(end);
    }
    return [...settled];
  }

  check(cursor: Cursor): void {
    assert.equal(cursor.pending, this.#pending.size);
  }

  /** What the next process finds: from the first on that is not settled, what is settled behind it too. */
  leftFrom(position: number): Left {
    return { texts: new Map([...this.texts].filter(([end]) => end > position)), mayBeGone: this.#settled };
  }
}

/** The spool beside the model; one cursor after the other, leftovers first. */
class Run {
  readonly #maxBytes: number | undefined;
  #base = mkdtempSync(path.join(tmpdir(), 'otel-events-model-'));
  /** One for each sink. */
  readonly #books = new Map<RecordSource, readonly Book[]>();
  readonly #expected = SINKS.map(() => new Expected());
  #spool: Spool;
  #leftovers: Leftover[] = [];
  #count = 0;
  readonly #wrong: unknown[] = [];

  constructor(maxBytes: number | undefined) {
    this.#maxBytes = maxBytes;
    this.#spool = this.#open();
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'append') {
      for (let count = 0; count < step.times; count++) this.#append(step.sinks, step.size, step.header);
    } else if (step.do === 'turn') await this.#spool.durable();
    else if (step.do === 'read') this.#read(step.sink, step.bytes, 1 + (step.which % 7));
    else if (step.do === 'ack') this.#ack(step.sink, step.which);
    else if (step.do === 'settle') this.#settleOne(step.sink, step.which);
    else if (step.do === 'rewind') this.#rewind(step.sink);
    else if (step.do === 'rewindOne') this.#rewindOne(step.sink, step.which);
    else if (step.do === 'torn') await this.#restart(true, step.bytes);
    else {
      await this.#spool.durable();
      await this.#restart(step.do === 'crash');
    }
    this.#check();
  }

  async finish(): Promise<void> {
    for (let sink = 0; sink < SINKS.length; sink++) {
      this.#rewind(sink);
      while (this.#read(sink, 4000)) this.#ack(sink, 0);
      assert.deepEqual(this.#expectedOf(sink).pending, []);
    }
    this.#check();
    this.#spool.close();
    rmSync(this.#base, { recursive: true, force: true });
  }

  #open(): Spool {
    return new Spool({
      spool: this.#base,
      segmentBytes: 4096,
      tailBytes: 8192,
      owner: DEAD,
      ...(this.#maxBytes === undefined ? {} : { maxBytes: this.#maxBytes }),
      onSettled: (source, settlement) => {
        try {
          this.#settled(source, settlement);
        } catch (error) {
          // The spool would swallow it.
          this.#wrong.push(error);
        }
      },
      onFound: (source, { name, sinks, end }) => {
        for (const sink of sinks) this.#book(source, sink).enter(end, name);
      },
    });
  }

  #append(sinks: number, size: number, header: number): void {
    const text = `${this.#count++} `.padEnd(size, '.');
    const chosen = SINKS.filter((_, bit) => (sinks >>> bit) & 1);
    const name = `n${sinks}`;
    const kind = this.#spool.kind('logs', HEADERS[header] ?? HEADER, name, chosen);
    assert.equal(this.#spool.append(kind, Buffer.from(text)), kind.mask);
    for (const sink of chosen) {
      const book = this.#book(this.#spool, sink);
      book.enter(this.#spool.end, name);
      book.texts.set(this.#spool.end, text);
      this.#expectedOf(SINKS.indexOf(sink)).pending.push(text);
    }
  }

  #cursors(sink: number): Cursor[] {
    const name = SINKS[sink] ?? '';
    const old = this.#leftovers
      .map((leftover) => leftover.cursor(name))
      .filter((cursor) => cursor !== undefined);
    return [...old, this.#spool.cursor(name)];
  }

  #read(sink: number, bytes: number, maxCount = Number.POSITIVE_INFINITY): boolean {
    const expected = this.#expectedOf(sink);
    for (const cursor of this.#cursors(sink)) {
      const batch = cursor.read(bytes, maxCount);
      if (batch === undefined) continue;
      const texts = textsOf(batch);
      assert.ok(texts.length > 0, 'no empty batches');
      assert.deepEqual(texts, expected.ahead().slice(0, texts.length));
      for (const text of texts) {
        expected.out.add(text);
        expected.taken.add(text);
      }
      expected.held.push({ cursor, batch });
      return true;
    }
    assert.deepEqual(expected.ahead(), [], 'nothing was read, yet something is pending');
    return false;
  }

  #ack(sink: number, which: number): void {
    const expected = this.#expectedOf(sink);
    const [held] = expected.held.splice(which % Math.max(1, expected.held.length), 1);
    if (held === undefined) return;
    for (const text of textsOf(held.batch)) if (expected.out.has(text)) expected.settle(text);
    held.cursor.ack(held.batch.to, held.batch.from);
  }

  #settleOne(sink: number, which: number): void {
    const expected = this.#expectedOf(sink);
    const held = expected.held[which % Math.max(1, expected.held.length)];
    if (held === undefined) return;
    const { batch, cursor } = held;
    const index = (which >>> 4) % batch.count;
    const text = textsOf(batch)[index] ?? '';
    if (expected.out.has(text)) expected.settle(text);
    const from = batch.positions[index - 1] ?? batch.from;
    cursor.ack(batch.positions[index] ?? 0, from, OUTCOMES[(which >>> 8) % OUTCOMES.length]);
  }

  #rewind(sink: number): void {
    for (const cursor of this.#cursors(sink)) cursor.rewind();
    this.#expectedOf(sink).giveBack();
  }

  #rewindOne(sink: number, which: number): void {
    const expected = this.#expectedOf(sink);
    const held = expected.held[which % Math.max(1, expected.held.length)];
    held?.cursor.rewind(held.batch);
    if (held !== undefined) expected.giveBack(held.batch);
  }

  /** What a spool drops by itself goes from the model then; all else the model has settled before. */
  #settled(source: RecordSource, settlement: Settlement): void {
    const book = this.#book(source, settlement.sink);
    const ends = book.settle(settlement);
    const texts = ends.map((end) => book.texts.get(end) ?? '');
    const { outcome, sink } = settlement;
    if (outcome.column !== 'dropped' || outcome.reason === 'no') return;
    assert.deepEqual([outcome.reason, source === this.#spool], ['queue_full', true]);
    const expected = this.#expectedOf(SINKS.indexOf(sink));
    const own = new Set(book.texts.values());
    const unread = expected.pending.filter((text) => own.has(text) && !expected.taken.has(text));
    assert.deepEqual(texts, unread.slice(0, texts.length), 'the oldest go first');
    for (const text of texts) expected.settle(text);
  }

  #check(): void {
    for (const error of this.#wrong) throw error;
    for (const source of [...this.#leftovers, this.#spool]) {
      for (const sink of SINKS) {
        const cursor = source.cursor(sink);
        if (cursor !== undefined) this.#book(source, sink).check(cursor);
      }
    }
    this.#expected.forEach(({ pending }, sink) => {
      const sum = this.#cursors(sink).reduce((total, cursor) => total + cursor.pending, 0);
      assert.equal(sum, pending.length);
    });
  }

  /** @param tornBytes - the crash comes before, or in the middle of, a write: so many bytes of the last file are missing */
  async #restart(crash: boolean, tornBytes?: number): Promise<void> {
    const own = path.basename(this.#spool.directory ?? '');
    const before = this.#base;
    this.#base = mkdtempSync(path.join(tmpdir(), 'otel-events-model-'));
    if (!crash) this.#spool.close();
    copyTree(before, this.#base);
    const last = tornBytes === undefined ? undefined : segmentFiles(path.join(this.#base, own)).at(-1);
    if (last !== undefined) truncateSync(last, Math.max(0, statSync(last).size - (tornBytes ?? 0)));
    const left = [...this.#leftovers, this.#spool].map((source) =>
      this.#leftIn(source, tornBytes !== undefined),
    );
    this.#spool.close();
    rmSync(before, { recursive: true, force: true });
    this.#books.clear();
    this.#spool = this.#open();
    await this.#adopt(left, tornBytes !== undefined);
  }

  /** What the next process finds in a log, by sink. A cursor beyond the end of a torn log counts for nothing. */
  #leftIn(source: Spool | Leftover, isTorn: boolean): Left[] {
    return SINKS.map((sink) => {
      const cursor = source.cursor(sink);
      if (isTorn) return this.#book(source, sink).leftFrom(0);
      const isEmpty = cursor === undefined || cursor.pending === 0;
      return this.#book(source, sink).leftFrom(isEmpty ? Number.POSITIVE_INFINITY : cursor.position);
    });
  }

  async #adopt(left: Left[][], isTorn: boolean): Promise<void> {
    const adopted = await this.#spool.adoptLeftovers();
    // Two directories say nothing of their order; the number in the first record does.
    const ordered = adopted.map((leftover) => ({ leftover, first: firstOf(leftover) }));
    ordered.sort((a, b) => a.first - b.first);
    this.#leftovers = ordered.map(({ leftover }) => leftover);
    for (const expected of this.#expected) {
      expected.giveBack();
      expected.taken.clear();
      expected.pending = [];
    }
    for (const { leftover, first } of ordered) {
      const index = left.findIndex((log) =>
        log.some(({ texts }) => [...texts.values()].map(numberOf).includes(first)),
      );
      const [log = []] = left.splice(index, 1);
      this.#compare(leftover, log, isTorn);
    }
    const isAll = left.every((log) =>
      log.every(({ texts, mayBeGone }) => [...texts.keys()].every((end) => mayBeGone.has(end))),
    );
    assert.ok(isAll || isTorn, 'a log is missing');
  }

  #compare(leftover: Leftover, log: readonly Left[], isTorn: boolean): void {
    for (const [sink, { texts, mayBeGone }] of log.entries()) {
      const book = this.#book(leftover, SINKS[sink] ?? '');
      const found = book.ends;
      const expected = [...texts.keys()].filter((end) => found.includes(end) || !mayBeGone.has(end));
      assert.deepEqual(found, expected.slice(0, isTorn ? found.length : expected.length));
      for (const end of found) book.texts.set(end, texts.get(end) ?? '');
      this.#expectedOf(sink).pending.push(...book.texts.values());
    }
  }

  #book(source: RecordSource, sink: string): Book {
    const books = this.#books.get(source) ?? SINKS.map(() => new Book());
    this.#books.set(source, books);
    const book = books[SINKS.indexOf(sink)];
    assert.ok(book);
    return book;
  }

  #expectedOf(sink: number): Expected {
    const expected = this.#expected[sink];
    assert.ok(expected);
    return expected;
  }
}

function firstOf(leftover: Leftover): number {
  const firsts = leftover.sinks.map((sink) => {
    const cursor = leftover.cursor(sink);
    const batch = cursor?.read(1);
    cursor?.rewind();
    return batch === undefined ? Number.POSITIVE_INFINITY : numberOf(textsOf(batch)[0] ?? '');
  });
  return Math.min(...firsts);
}

function textsOf(batch: SpoolBatch): string[] {
  return batch.positions.map((_, index) => Buffer.from(fieldAt(batch, index)).toString());
}

function numberOf(text: string): number {
  return Number.parseInt(text, 10);
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

const append = (sinks: number, size: number, times = 1, header = 0): Step => ({
  do: 'append',
  sinks,
  size,
  header,
  times,
});
const READ: Step = { do: 'read', sink: 0, bytes: 1, which: 0 };

/** A place of a sink that was in a torn record, which the first of two crashes has cut off. */
const TORN_TWICE: Step[] = [
  append(1, 8),
  READ,
  append(2, 2000, 3),
  { do: 'turn' },
  append(1, 144, 3),
  append(1, 2394),
  { do: 'torn', bytes: 2663 },
  append(1, 8),
  append(1, 8, 1, 1),
  append(1, 8, 2),
  READ,
  append(1, 8),
  { do: 'crash' },
];

test('the spool is a plain array for each sink, through rolls, settlements, drops, crashes and restarts', async () => {
  const runs = Number(process.env.SPOOL_MODEL_RUNS ?? 150);
  const steps = fc.array(step, { minLength: 20, maxLength: 120 });
  const maxBytes = fc.option(fc.integer({ min: 8_192, max: 32_768 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(steps, maxBytes, async (all, bound) => {
      const run = new Run(bound);
      for (const step of all) await run.take(step);
      await run.finish();
    }),
    { numRuns: runs, examples: [[TORN_TWICE, 8192]] },
  );
});
