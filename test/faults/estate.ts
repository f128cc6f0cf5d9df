import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { Ledger, Totals } from '../../src/index.ts';
import { type Allowance, type Batch, batchesOf, checkDelivered } from '../harness/delivered.ts';
import { readFileSink } from '../harness/file-sink.ts';
import { assertBalanced } from '../harness/ledger.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { type ChildEnd, type ChildOptions, runChild } from '../harness/run-child.ts';
import { tempDir } from '../harness/temp-dir.ts';
import type { SpoolPlan } from './children/plan.ts';

/** Sums by what was counted. */
export type Counts = Record<string, number>;

interface Inheritance {
  readonly stats: Ledger;
  readonly closed: Totals;
}

/** What an {@link Estate} may have. */
export interface EstateOptions {
  /** A second sink, an exporter function. */
  readonly withFile?: boolean;
  /** The directory. Default: one that does not exist yet. */
  readonly spool?: string;
  /** Requests in flight of each process. Default 1. */
  readonly concurrency?: number;
}

/** A spool directory with its sinks, and what processes that were killed have said of it. */
export class Estate implements AsyncDisposable {
  readonly sink: OtlpSink;
  readonly common: Omit<SpoolPlan, 'who' | 'seed'>;
  /** By thread, up to which number `durable()` has resolved. */
  readonly promised: Map<string, number> = new Map();
  kills = 0;
  allowance: Allowance = {};

  private constructor(sink: OtlpSink, common: Omit<SpoolPlan, 'who' | 'seed'>) {
    this.sink = sink;
    this.common = common;
  }

  static async open(t: TestContext, level: 'os' | 'disk', options: EstateOptions = {}): Promise<Estate> {
    const directory = tempDir(t);
    const { withFile = false, spool = path.join(directory, 'spool'), concurrency = 1 } = options;
    const sink = await OtlpSink.open();
    const common = { spool, endpoint: sink.url, level, concurrency };
    const file = path.join(directory, 'sink.jsonl');
    const estate = new Estate(sink, withFile ? { ...common, file } : common);
    if (concurrency > 1) estate.allowance = { unordered: true };
    return estate;
  }

  /** Runs a program on the directory and takes down what it said. */
  async run(program: string, plan: { who: string; seed: number }, options?: ChildOptions): Promise<ChildEnd> {
    const end = await runChild(program, { ...this.common, ...plan }, options);
    // What a shell says when its command was killed.
    const inShell = end.code === 137;
    assert.equal(end.stderr, inShell ? 'Killed\n' : '');
    if (inShell || end.signal === 'SIGKILL') this.kills++;
    for (const line of end.lines) {
      const [what, thread = '', n] = line.split(' ');
      if (what === 'durable') this.promised.set(thread, Math.max(this.promised.get(thread) ?? 0, Number(n)));
    }
    return end;
  }

  /** One last process takes over, delivers everything and ends cleanly; then all accounts are checked. */
  async settle(options?: ChildOptions): Promise<Counts> {
    this.sink.judge = () => 'take';
    await this.sink.comeBack();
    const end = await this.run('heir.ts', { who: 'heir', seed: 1 }, options);
    assert.equal(end.code, 0);
    const inheritance: Inheritance = JSON.parse(end.lines[0] ?? '');
    const counts: Counts = { kills: this.kills, acknowledged: sum(this.promised.values()), missing: 0 };
    const inherited: Counts = {};
    for (const [name, batches] of Object.entries(this.#batches())) {
      // An exporter has one batch in hand at a time, whatever `concurrency` says.
      const allowance = name === 'otlp' ? this.allowance : { ...this.allowance, unordered: false };
      const { delivered, duplicates } = checkDelivered(batches, this.promised, allowance);
      counts.delivered = (counts.delivered ?? 0) + delivered;
      counts.duplicates = (counts.duplicates ?? 0) + duplicates;
      inherited[name] = sum(batches.filter(({ from }) => from === 'heir').map(({ events }) => events.length));
    }
    checkInheritance(inheritance, inherited);
    const left = existsSync(this.common.spool) ? readdirSync(this.common.spool) : [];
    assert.deepEqual(left, [], 'nothing stays, nothing was set aside');
    return { ...counts, adopted: inheritance.stats.adopted };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sink.goAway();
  }

  #batches(): Record<string, Batch[]> {
    const { file } = this.common;
    const otlp = batchesOf(this.sink.taken);
    return file === undefined ? { otlp } : { otlp, toFile: readFileSink(file) };
  }
}

/** @param inherited - how many events came to each sink from the heir */
function checkInheritance({ stats, closed }: Inheritance, inherited: Counts): void {
  const { total, sinks, spans, adopted } = stats;
  assertBalanced(stats);
  assert.deepEqual([spans.acked, spans.pending], [spans.emitted, 0]);
  const { emitted, acked, pending } = total;
  assert.deepEqual(
    { emitted, acked, pending, atTheEnd: closed.pending },
    { emitted: adopted, acked: adopted, pending: 0, atTheEnd: 0 },
  );
  for (const [name, count] of Object.entries(inherited)) {
    const row = sinks[name] ?? { emitted: 0, acked: 0 };
    assert.deepEqual(
      [name, row.emitted, row.acked],
      [name, count, count],
      'what it says, and what came of it',
    );
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
