// The ledger under random faults: it adds up at every moment, and at the end it says what has really happened.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventLogger, type EventRecord, type ExporterFunction, OtelEventsError } from '../../src/index.ts';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import { addCounts, IS_LONG, reportCounts } from '../harness/fault-counts.ts';
import { assertBalanced } from '../harness/ledger.ts';
import { type Asked, OtlpSink, type Verdict } from '../harness/otlp-sink.ts';
import { SEED, type Seeded, seeded } from '../harness/seeded.ts';
import { tempDir } from '../harness/temp-dir.ts';

const RUNS = IS_LONG ? 120 : 8;
const STEPS = 60;
/** At the same time: they mostly wait. */
const LANES = 4;
const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;

/** What has really happened at one sink, by number of the event. */
interface Fate {
  /** Everything it has got, whether it said so or not. */
  readonly got: Set<number>;
  /** What it said it has got, and what it has refused for good. */
  readonly told: Set<number>;
  readonly refused: Set<number>;
}

/** An event, and the sinks that it is for. */
interface Logged {
  readonly name: string;
  readonly sinks: readonly string[];
}

type Row = Record<'emitted' | 'acked' | 'pending' | 'rejected' | 'dropped', number>;

const newFate = (): Fate => ({ got: new Set(), told: new Set(), refused: new Set() });

const numbersOf = (records: readonly EventRecord[]): number[] =>
  records.map((record) => Number(readEvent(record).data.n));

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const SINKS = ['otlp', 'one', 'two'] as const;

/** One logger with three sinks, all of which misbehave, and one for a few events, which does not. */
class Run {
  readonly counts: Record<string, number> = { checks: 0 };
  readonly problems: unknown[] = [];
  readonly #random: Seeded;
  readonly #events: EventLogger;
  readonly #fates: Record<string, Fate> = {
    otlp: newFate(),
    one: newFate(),
    two: newFate(),
    outputPath: newFate(),
  };
  /** By number, from 0. */
  readonly #logged: Logged[] = [];
  readonly #outputPath: string;
  #spans = 0;
  readonly #largestBatch: number;
  #isCalm = false;

  constructor(t: TestContext, random: Seeded, sink: OtlpSink, directory: string) {
    this.#random = random;
    this.#outputPath = path.join(directory, 'output');
    this.#largestBatch = 5 + random.below(40);
    const level = random.pick(['memory', 'os', 'disk']);
    this.#events = new EventLogger({
      delivery: 'durable',
      endpoint: sink.url,
      ...(level === 'memory'
        ? {}
        : { spool: path.join(directory, 'spool'), durability: level as 'os' | 'disk' }),
      onFull: random.pick(['drop-oldest', 'drop-newest']),
      maxBytes: random.pick([16, 64, 1024]) * 1024,
      concurrency: 1 + random.below(3),
      flushIntervalMs: random.below(10),
      flushBatchSize: 1 + random.below(60),
      exporters: [this.#exporter('one'), this.#exporter('two')],
      logLevel: 'none',
      // Reports come in the middle of things.
      onError: () => this.#check(),
    });
    t.after(() => this.#events.close({ timeoutMs: 0 }));
    sink.judge = (asked) => this.#judge(asked);
  }

  /** Logs, flushes and waits in any order; then everything is settled, and the accounts are compared. */
  async finish(): Promise<void> {
    for (let step = 0; step < STEPS; step++) await this.#step();
    this.#isCalm = true;
    // More than once: what was being sent may still be told to wait, and a flush cuts a wait only once.
    for (let tries = 0; tries < 60 && !this.#isSettled; tries++)
      await this.#events.flush({ timeoutMs: 1000 });
    assert.ok(this.#isSettled, JSON.stringify(this.#events.stats().sinks));
    this.#compare();
    await this.#events.close();
    this.#compare();
  }

  /** An event that was rejected by one sink may be pending for another. */
  get #isSettled(): boolean {
    const { sinks, spans } = this.#events.stats();
    return [spans, ...Object.values(sinks)].every(({ pending }) => pending === 0);
  }

  async #step(): Promise<void> {
    const random = this.#random;
    if (random.chance(0.6)) this.#log(1 + random.below(random.chance(0.2) ? 200 : 30));
    this.#check();
    const dice = random.below(10);
    if (dice < 4) await this.#events.flush({ timeoutMs: 1 + random.below(40) });
    else if (dice < 6) await this.#events.durable();
    else if (dice < 9) await sleep(random.below(5));
    this.#check();
    if (this.#isSettled) this.#compare();
  }

  #log(count: number): void {
    const random = this.#random;
    for (let left = count; left > 0; left--) {
      const [name, dice] = [random.pick(NAMES), random.below(200)];
      const kind = dice === 0 ? 'poison' : dice === 1 ? 'huge' : 'plain';
      const data = { n: this.#logged.length, kind, text: 'x'.repeat(random.below(400)) };
      const isSaved = random.chance(0.03);
      if (isSaved) for (const set of [this.#saved.got, this.#saved.told]) set.add(data.n);
      this.#logged.push({ name, sinks: isSaved ? [...SINKS, 'outputPath'] : SINKS });
      const options = isSaved ? { outputPath: this.#outputPath } : {};
      if (random.chance(0.02)) {
        this.#spans++;
        this.#events.track(name, data, options).end();
      } else this.#events.log(name, data, options);
    }
  }

  get #saved(): Fate {
    return this.#fates.outputPath as Fate;
  }

  #judge({ records }: Asked): Verdict {
    const verdict = this.#verdictOn(records);
    const { got, told, refused } = this.#fates.otlp as Fate;
    const ids = numbersOf(records);
    if (verdict === 'take' || verdict === 'swallow') for (const id of ids) got.add(id);
    if (verdict === 'take') for (const id of ids) told.add(id);
    if (typeof verdict === 'object' && 'refuse' in verdict) {
      const taken = ids.length - verdict.refuse;
      for (const id of ids.slice(0, taken)) got.add(id) && told.add(id);
      for (const id of ids.slice(taken)) refused.add(id);
    }
    const isFinal = typeof verdict === 'object' && 'status' in verdict && [400, 413].includes(verdict.status);
    if (isFinal && ids.length === 1) refused.add(ids[0] as number);
    this.#check();
    return verdict;
  }

  #verdictOn(records: readonly EventRecord[]): Verdict {
    const kinds = records.map((record) => readEvent(record).data.kind);
    if (kinds.includes('huge') || records.length > this.#largestBatch) return this.#counted({ status: 413 });
    if (kinds.includes('poison')) return this.#counted({ status: 400 });
    const random = this.#random;
    if (this.#isCalm || random.chance(0.5)) return 'take';
    return this.#counted(
      random.pick<Verdict>([
        'swallow',
        'reset',
        { status: 429, headers: { 'retry-after': '0' } },
        { status: 500 },
        { status: 503 },
        { refuse: 1 + random.below(records.length) },
      ]),
    );
  }

  #counted(verdict: Verdict): Verdict {
    const what =
      typeof verdict === 'string' ? verdict : 'refuse' in verdict ? 'partial' : `${verdict.status}s`;
    addCounts(this.counts, { [what]: 1 });
    return verdict;
  }

  #exporter(name: string): ExporterFunction {
    const exporter = async (records: readonly EventRecord[]): Promise<void> => {
      if (this.#random.chance(0.3)) await sleep(this.#random.below(3));
      this.#check();
      const { got, told, refused } = this.#fates[name] as Fate;
      const dice = this.#isCalm ? 100 : this.#random.below(100);
      if (dice < 20) throw new Error('not yet');
      const ids = numbersOf(records);
      if (dice < 25) {
        for (const id of ids) refused.add(id);
        throw new OtelEventsError('EXPORT_FAILED', 'never', { reason: 'never' });
      }
      for (const id of ids) got.add(id);
      if (dice < 30) throw new Error('too late');
      for (const id of ids) told.add(id);
    };
    return Object.defineProperty(exporter, 'name', { value: name });
  }

  /** What must hold at every moment. Called in callbacks too, where nobody would hear of what is thrown. */
  #check(): void {
    addCounts(this.counts, { checks: 1 });
    try {
      const stats = this.#events.stats();
      assertBalanced(stats);
      for (const [name, { got }] of Object.entries(this.#fates)) {
        const { acked = 0 } = stats.sinks[name] ?? {};
        assert.ok(acked <= got.size, `${name} has got ${got.size}, and ${acked} count as acked`);
      }
    } catch (error) {
      this.problems.push(error);
    }
  }

  /** With nothing pending the ledger says, of each name, what has become of each event at each sink. */
  #compare(): void {
    const { total, events, sinks, spans } = this.#events.stats();
    const wanted: Record<string, Row> = {};
    for (const [id, { name, sinks }] of this.#logged.entries()) {
      const outcomes = sinks.map((sink) => {
        const { told, refused } = this.#fates[sink] as Fate;
        assert.ok(!(told.has(id) && refused.has(id)), 'an event is settled once');
        const outcome = told.has(id) ? 'acked' : refused.has(id) ? 'rejected' : 'dropped';
        enter(wanted, `sink ${sink}`, outcome);
        return outcome;
      });
      const worst =
        (['dropped', 'rejected'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'acked';
      enter(wanted, name, worst);
      enter(wanted, 'total', worst);
    }
    const found: Record<string, Row> = {};
    const rows = {
      total,
      ...events,
      ...Object.fromEntries(Object.entries(sinks).map(([name, row]) => [`sink ${name}`, row])),
    };
    for (const [name, { emitted, acked, pending, rejected, dropped }] of Object.entries(rows)) {
      found[name] = { emitted, acked, pending, rejected: sum(rejected), dropped: sum(dropped) };
    }
    assert.deepEqual(found, { ...emptyRows(Object.keys(rows)), ...wanted });
    assert.deepEqual([spans.emitted, spans.acked + sum(spans.dropped)], [this.#spans, this.#spans]);
    addCounts(this.counts, { comparisons: 1 });
    this.counts.events = total.emitted;
    this.counts.acked = total.acked;
    this.counts.rejected = sum(total.rejected);
    this.counts.dropped = sum(total.dropped);
  }
}

function emptyRows(names: readonly string[]): Record<string, Row> {
  return Object.fromEntries(
    names.map((name) => [name, { emitted: 0, acked: 0, pending: 0, rejected: 0, dropped: 0 }]),
  );
}

function enter(rows: Record<string, Row>, name: string, outcome: 'acked' | 'rejected' | 'dropped'): void {
  rows[name] ??= { emitted: 0, acked: 0, pending: 0, rejected: 0, dropped: 0 };
  rows[name].emitted++;
  rows[name][outcome]++;
}

test('with three sinks that fail at random the ledger adds up at every moment, and says what has become of each event', async (t) => {
  t.diagnostic(`FAULTS_SEED=${SEED}`);
  const counts: Record<string, number> = {};
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < RUNS) addCounts(counts, await runOnce(t, next++));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  reportCounts(t, { runs: RUNS, ...counts });
});

async function runOnce(t: TestContext, index: number): Promise<Record<string, number>> {
  await using sink = await OtlpSink.open();
  const directory = tempDir(t);
  const run = new Run(t, seeded(SEED, 5, index), sink, directory);
  await run.finish();
  assert.deepEqual(run.problems, [], `run ${index}`);
  const spool = path.join(directory, 'spool');
  const left = existsSync(spool) ? readdirSync(spool) : [];
  assert.deepEqual(
    left.filter((name) => name !== 'dead-letter'),
    [],
  );
  return run.counts;
}
