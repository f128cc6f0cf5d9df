import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { OtelEventsError } from '../../src/errors.ts';
import type { Outcome } from '../../src/spool/log/outcome.ts';
import { Sender } from '../../src/spool/send/sender.ts';
import type { Answer, Transport } from '../../src/spool/send/transport.ts';
import { Spool } from '../../src/spool/spool.ts';
import { ENVELOPE } from './sending.ts';

const KINDS = ['delivered', 'partial', 'retry', 'hold', 'too_large', 'invalid', 'refused', 'reject'] as const;
type Kind = (typeof KINDS)[number];

type Step =
  | { readonly do: 'append'; readonly size: number; readonly scope: number }
  | { readonly do: 'turn' | 'flush' | 'replace' };

const settings = fc.record({
  steps: fc.array(
    fc.oneof(
      {
        weight: 10,
        arbitrary: fc.record({
          do: fc.constant('append' as const),
          size: fc.integer({ min: 6, max: 300 }),
          scope: fc.integer({ min: 0, max: 9 }),
        }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'replace' as const) }) },
    ),
    { maxLength: 80 },
  ),
  answers: fc.array(fc.constantFrom(...KINDS), { maxLength: 120 }),
  lanes: fc.integer({ min: 1, max: 3 }),
  maxBytes: fc.integer({ min: 1, max: 1500 }),
  maxCount: fc.integer({ min: 1, max: 20 }),
  flushIntervalMs: fc.integer({ min: 0, max: 2 }),
  inFiles: fc.boolean(),
});
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never;

/** A spool, its senders one after the other, and what was found out about each record. */
class Run {
  readonly #settings: Settings;
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'otel-events-model-'));
  readonly #spool: Spool;
  #sender: Sender;
  #entered = 0;
  #asked = 0;
  /** By position. */
  readonly #outcomes = new Map<number, Outcome['column']>();
  readonly #counts = { acked: 0, rejected: 0, dropped: 0, handedOver: 0 };
  /** What the destination took, by number, in order. */
  readonly #arrived: number[] = [];
  /** Of senders that were closed: what one of them had in flight may arrive once more. */
  #arrivedBefore = 0;
  /** What was found wrong in a callback: nobody there lets an error through. */
  #wrong: unknown;

  constructor(chosen: Settings) {
    this.#settings = chosen;
    this.#spool = new Spool({
      ...(chosen.inFiles ? { spool: this.#directory, segmentBytes: 4096, tailBytes: 4096 } : {}),
      onTurn: () => this.#sender.wake(),
      onSettled: (_source, { outcome, positions = [], count }) => {
        this.#expect(() => {
          assert.equal(positions.length, count);
          for (const position of positions) {
            assert.equal(this.#outcomes.has(position), false, `${position} is settled twice`);
            this.#outcomes.set(position, outcome.column);
          }
          this.#counts[outcome.column] += count;
          this.#check();
        });
      },
    });
    this.#sender = this.#newSender();
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'append') this.#append(step.size, step.scope);
    else if (step.do === 'turn') await new Promise((resolve) => setImmediate(resolve));
    else if (step.do === 'flush') void this.#sender.flush();
    else await this.#replace();
    this.#check();
  }

  async finish(): Promise<void> {
    try {
      while (this.#spool.cursor('a').pending > 0) await this.#sender.flush();
      this.#check();
      assert.equal(this.#sender.inFlight, 0);
      assert.equal(this.#outcomes.size, this.#entered);
      assert.equal(this.#counts.dropped + this.#counts.handedOver, 0);
      assert.ok(new Set(this.#arrived).size >= this.#counts.acked);
      await this.#sender.close(0);
    } finally {
      this.#spool.close();
      rmSync(this.#directory, { recursive: true, force: true });
    }
  }

  #append(size: number, scope: number): void {
    // Runs of one header, and sometimes another one in between.
    const header = { ...ENVELOPE, scope: Buffer.alloc(scope === 0 ? 1 : 0) };
    const kind = this.#spool.kind('logs', header, 'x', ['a']);
    assert.notEqual(this.#spool.append(kind, Buffer.from(String(this.#entered).padEnd(size))), 0);
    this.#entered++;
  }

  async #replace(): Promise<void> {
    await this.#sender.close(0);
    this.#arrivedBefore = this.#arrived.length;
    this.#sender = this.#newSender();
    this.#sender.wake();
  }

  #newSender(): Sender {
    const { lanes, maxBytes, maxCount, flushIntervalMs } = this.#settings;
    const sender = new Sender({
      name: 'a',
      transport: this.#transport,
      concurrency: lanes,
      maxBytes,
      maxCount,
      flushIntervalMs,
      initialBackoffMs: 0.1,
      maxBackoffMs: 0.5,
    });
    sender.addCursor(this.#spool.cursor('a'));
    return sender;
  }

  readonly #transport: Transport = async (batch, signal) => {
    const { ends, bytes, count } = batch;
    this.#expect(() => {
      this.#check();
      assert.ok(count > 0 && count <= this.#settings.maxCount);
      assert.ok(count === 1 || bytes.length <= this.#settings.maxBytes);
    });
    const kind: Kind = this.#settings.answers[this.#asked++] ?? 'delivered';
    if (this.#asked % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw new Error('aborted');
    const numbers = ends.map((end, index) => Number(Buffer.from(bytes.subarray(ends[index - 1] ?? 0, end))));
    const refused = kind === 'partial' ? Math.ceil(count / 2) : 0;
    if (kind === 'delivered' || kind === 'partial') {
      this.#expect(() => this.#arrive(numbers.slice(0, count - refused)));
    }
    return answer(kind, refused);
  };

  #arrive(numbers: readonly number[]): void {
    const since = this.#arrived.slice(this.#arrivedBefore);
    for (const number of numbers) assert.equal(since.includes(number), false, `${number} arrives twice`);
    const last = since.at(-1) ?? -1;
    if (this.#settings.lanes === 1)
      assert.ok((numbers[0] ?? 0) > last || numbers.length === 0, 'order is kept');
    this.#arrived.push(...numbers);
  }

  #expect(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#wrong ??= error;
    }
  }

  #check(): void {
    if (this.#wrong !== undefined) throw this.#wrong;
    const { acked, rejected, dropped, handedOver } = this.#counts;
    const { pending, pendingBytes } = this.#spool.cursor('a');
    assert.equal(acked + rejected + dropped + handedOver + pending, this.#entered);
    assert.ok(this.#sender.inFlight <= pending);
    assert.equal(pending === 0, pendingBytes === 0);
  }
}

function answer(kind: Kind, refused: number): Answer {
  const error = new OtelEventsError('EXPORT_FAILED', 'no');
  if (kind === 'reject') throw error;
  if (kind === 'delivered') return { kind };
  if (kind === 'partial') return { kind: 'delivered', refused };
  if (kind === 'invalid' || kind === 'refused') return { kind, reason: 'http_400', error };
  return { kind, error };
}

test('whatever is answered, each record is settled once, in order with one lane, and all are in the end', async () => {
  const property = fc.asyncProperty(settings, async (chosen) => {
    const run = new Run(chosen);
    try {
      for (const step of chosen.steps) await run.take(step);
    } finally {
      await run.finish();
    }
  });
  await fc.assert(property, { numRuns: Number(process.env.SENDER_RUNS ?? 300) });
});
