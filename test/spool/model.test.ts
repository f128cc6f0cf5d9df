import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cursor, fieldAt, type SpoolBatch } from '../../src/spool/cursor.ts';
import type { Leftover } from '../../src/spool/leftover.ts';
import { currentOwner } from '../../src/spool/owner.ts';
import { Spool } from '../../src/spool/spool.ts';
import { HEADER, segmentFiles } from './fields.ts';

const SINKS = ['a', 'b', 'c'];
const HEADERS = [HEADER, { resource: Buffer.from('r2'), scope: Buffer.from('s2') }];
/** An owner that a lookup finds dead. */
const DEAD = { ...currentOwner(), pid: 4_194_305, thread: 4_194_305, start: '1' };

type Step =
  | { readonly do: 'append'; readonly sinks: number; readonly size: number; readonly header: number }
  | { readonly do: 'turn' | 'crash' | 'reopen' }
  | { readonly do: 'torn'; readonly bytes: number }
  | { readonly do: 'read' | 'ack' | 'rewind'; readonly sink: number; readonly bytes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      sinks: fc.integer({ min: 1, max: 7 }),
      size: fc.oneof(fc.integer({ min: 8, max: 200 }), fc.integer({ min: 2000, max: 3000 })),
      header: fc.integer({ min: 0, max: 1 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'reopen' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('torn' as const), bytes: fc.integer({ min: 0, max: 5000 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('read' as const, 'read' as const, 'ack' as const, 'rewind' as const),
      sink: fc.integer({ min: 0, max: 2 }),
      bytes: fc.integer({ min: 1, max: 5000 }),
    }),
  },
);

/** What a sink must get, as a plain array; and what the reader holds. */
interface Expected {
  pending: string[];
  held: { readonly cursor: Cursor; readonly batch: SpoolBatch }[];
}

/** The spool beside the model; one cursor after the other, leftovers first. */
class Run {
  #base = mkdtempSync(path.join(tmpdir(), 'otel-events-model-'));
  #spool = this.#open();
  #leftovers: Leftover[] = [];
  #count = 0;
  readonly #expected: Expected[] = SINKS.map(() => ({ pending: [], held: [] }));

  async take(step: Step): Promise<void> {
    if (step.do === 'append') this.#append(step.sinks, step.size, step.header);
    else if (step.do === 'turn') await this.#spool.durable();
    else if (step.do === 'read') this.#read(step.sink, step.bytes);
    else if (step.do === 'ack') this.#ack(step.sink);
    else if (step.do === 'rewind') this.#rewind(step.sink);
    else if (step.do === 'torn') await this.#tear(step.bytes);
    else {
      await this.#spool.durable();
      await this.#restart(step.do === 'crash', 0);
    }
  }

  async finish(): Promise<void> {
    for (let sink = 0; sink < SINKS.length; sink++) {
      this.#rewind(sink);
      while (this.#read(sink, 4000)) this.#ack(sink);
      assert.deepEqual(this.#expected[sink]?.pending, []);
    }
    this.#spool.close();
    rmSync(this.#base, { recursive: true, force: true });
  }

  #open(): Spool {
    return new Spool({ directory: this.#base, segmentBytes: 4096, tailBytes: 8192, owner: DEAD });
  }

  #append(sinks: number, size: number, header: number): void {
    const text = `${this.#count++} `.padEnd(size, '.');
    const chosen = SINKS.filter((_, bit) => (sinks >>> bit) & 1);
    this.#spool.append(
      this.#spool.kind('logs', HEADERS[header] ?? HEADER, `n${sinks}`, chosen),
      Buffer.from(text),
    );
    this.#expected.forEach(({ pending }, bit) => {
      if ((sinks >>> bit) & 1) pending.push(text);
    });
  }

  #cursors(sink: number): Cursor[] {
    const name = SINKS[sink] ?? '';
    const old = this.#leftovers
      .map((leftover) => leftover.cursor(name))
      .filter((cursor) => cursor !== undefined);
    return [...old, this.#spool.cursor(name)];
  }

  #read(sink: number, bytes: number): boolean {
    const expected = this.#expected[sink];
    assert.ok(expected);
    const held = expected.held.reduce((sum, { batch }) => sum + batch.count, 0);
    for (const cursor of this.#cursors(sink)) {
      const batch = cursor.read(bytes);
      if (batch === undefined) continue;
      const texts = batch.positions.map((_, index) => Buffer.from(fieldAt(batch, index)).toString());
      assert.deepEqual(texts, expected.pending.slice(held, held + texts.length));
      expected.held.push({ cursor, batch });
      return true;
    }
    assert.equal(expected.pending.length, held, 'nothing was read, yet something is pending');
    return false;
  }

  #ack(sink: number): void {
    const expected = this.#expected[sink];
    const first = expected?.held.shift();
    if (expected === undefined || first === undefined) return;
    first.cursor.ack(first.batch.to);
    expected.pending.splice(0, first.batch.count);
  }

  #rewind(sink: number): void {
    for (const cursor of this.#cursors(sink)) cursor.rewind();
    const expected = this.#expected[sink];
    if (expected !== undefined) expected.held = [];
  }

  /** A crash in the middle of a write: each sink finds what it had, up to some record. */
  async #tear(bytes: number): Promise<void> {
    await this.#restart(true, bytes);
    for (let sink = 0; sink < SINKS.length; sink++) {
      const expected = this.#expected[sink];
      const held = expected?.held ?? [];
      for (const cursor of this.#cursors(sink)) {
        for (let batch = cursor.read(); batch !== undefined; batch = cursor.read())
          held.push({ cursor, batch });
      }
      const texts = held.flatMap(({ batch }) =>
        batch.positions.map((_, index) => Buffer.from(fieldAt(batch, index)).toString()),
      );
      assert.deepEqual(texts, expected?.pending.slice(0, texts.length));
      expected?.pending.splice(texts.length);
      this.#rewind(sink);
    }
  }

  async #restart(crash: boolean, tornBytes: number): Promise<void> {
    const own = path.basename(this.#spool.directory ?? '');
    const before = this.#base;
    this.#base = mkdtempSync(path.join(tmpdir(), 'otel-events-model-'));
    if (!crash) this.#spool.close();
    cpSync(before, this.#base, { recursive: true });
    const last = tornBytes > 0 ? segmentFiles(path.join(this.#base, own)).at(-1) : undefined;
    if (last !== undefined) truncateSync(last, Math.max(0, statSync(last).size - tornBytes));
    this.#spool.close();
    rmSync(before, { recursive: true, force: true });
    for (const expected of this.#expected) expected.held = [];
    this.#spool = this.#open();
    const adopted = await this.#spool.adoptLeftovers();
    // Two directories say nothing of their order; the text of the first record does.
    this.#leftovers = adopted.sort((a, b) => firstOf(a) - firstOf(b));
  }
}

function firstOf(leftover: Leftover): number {
  const firsts = leftover.sinks.map((sink) => {
    const cursor = leftover.cursor(sink);
    const batch = cursor?.read(1);
    cursor?.rewind();
    return batch === undefined
      ? Number.POSITIVE_INFINITY
      : Number.parseInt(Buffer.from(batch.bytes).toString(), 10);
  });
  return Math.min(...firsts);
}

test('the spool is a plain array for each sink, through rolls, acks, crashes and restarts', async () => {
  const runs = Number(process.env.SPOOL_MODEL_RUNS ?? 150);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
      const run = new Run();
      for (const step of steps) await run.take(step);
      await run.finish();
    }),
    { numRuns: runs },
  );
});
