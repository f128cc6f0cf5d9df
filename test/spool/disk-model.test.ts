// A disk that fills up, has room again, fails to sync and is late with removals, while records are appended,
// acknowledged, written, removed, and the process is killed: in every order, beside a plain model.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SpoolBatch } from '../../src/spool/log/cursor.ts';
import type { Settlement } from '../../src/spool/log/outcome.ts';
import { currentOwner } from '../../src/spool/owner/owner.ts';
import { Spool } from '../../src/spool/spool.ts';
import { type BreakingDisk, breakingDisk } from '../harness/breaking-disk.ts';
import { SEED, type Seeded, seeded } from '../harness/seeded.ts';
import { copyTree, drain, HEADER } from './fields.ts';

const RUNS = process.env.FAULTS === 'long' ? 600 : 40;
const STEPS = 60;
const SINKS = ['a', 'b'] as const;
/** An owner that a lookup finds dead. */
const DEAD = { ...currentOwner(), pid: 4_194_305, thread: 4_194_305, start: '1' };

interface Book {
  /** What the sink is to get, by its text: the position after it, and whether `durable()` has promised it. */
  readonly owed: Map<string, { end: number; isSafe: boolean }>;
  /** What is out, read and not settled. */
  held: SpoolBatch[];
  entered: number;
  settled: number;
}

const emptyBook = (): Book => ({ owed: new Map(), held: [], entered: 0, settled: 0 });

class Run {
  readonly #random: Seeded;
  readonly #level: 'os' | 'disk';
  readonly #root = mkdtempSync(path.join(tmpdir(), 'otel-events-disk-model-'));
  readonly #disk: BreakingDisk;
  #base: string;
  #lives = 0;
  #count = 0;
  #books: Record<string, Book> = {};
  #spool: Spool;

  constructor(random: Seeded) {
    this.#random = random;
    this.#level = random.chance(0.5) ? 'os' : 'disk';
    this.#disk = breakingDisk(this.#root, random);
    this.#base = this.#newBase();
    this.#spool = this.#open();
  }

  async steps(): Promise<void> {
    try {
      for (let step = 0; step < STEPS; step++) {
        await this.#step();
        this.#check();
      }
      await this.#mend();
      await this.#durable(true);
      await this.#crash();
      await this.#mend();
      await this.#durable(true);
      this.#spool.close();
    } finally {
      this.#disk[Symbol.dispose]();
      rmSync(this.#root, { recursive: true, force: true });
    }
  }

  async #step(): Promise<void> {
    const random = this.#random;
    const what = random.below(100);
    if (what < 35) this.#append(1 + random.below(8));
    else if (what < 45) await turns(1 + random.below(3));
    else if (what < 65) this.#deliver();
    else if (what < 75) this.#break();
    else if (what < 83) await this.#mend();
    else if (what < 90) await this.#durable(false);
    else if (what < 94) this.#spool.flushSync();
    else if (what < 96) await this.#crash();
    else await sleep(random.below(8));
  }

  #append(times: number): void {
    const random = this.#random;
    for (let time = 0; time < times; time++) {
      const sinks = random.pick<readonly string[]>([['a'], ['b'], ['a', 'b']]);
      const names = random.chance(0.1) ? 40 : 2;
      const kind = this.#spool.kind('logs', HEADER, `name ${random.below(names)}`, sinks);
      const text = `${this.#lives}.${this.#count++} `.padEnd(random.pick([20, 57, 200, 900, 2500]), '.');
      const mask = this.#spool.append(kind, Buffer.from(text));
      assert.equal(mask, kind.mask);
      for (const sink of sinks) {
        const book = this.#book(sink);
        book.entered++;
        book.owed.set(text, { end: this.#spool.end, isSafe: false });
      }
    }
  }

  #deliver(): void {
    const random = this.#random;
    const sink = random.pick(SINKS);
    const [book, cursor] = [this.#book(sink), this.#spool.cursor(sink)];
    const count = 1 + random.below(20);
    for (let round = 0; round < 1 + random.below(3); round++) {
      const batch = cursor.read(random.pick([500, 5000, 1e6]), count);
      if (batch !== undefined) book.held.push(batch);
    }
    if (random.chance(0.1)) {
      cursor.rewind();
      book.held = [];
    }
    const isAll = random.chance(0.7);
    while (book.held.length > 0 && (isAll || random.chance(0.5))) {
      const [batch] = book.held.splice(random.below(book.held.length), 1);
      if (batch !== undefined) cursor.ack(batch.to, batch.from);
    }
  }

  #break(): void {
    const disk = this.#disk;
    if (this.#level === 'disk' && this.#random.chance(0.4)) disk.failsSync = true;
    else disk.room = Math.min(disk.room, this.#random.pick([0, 0, 10, 100, 2000, 9000]));
    disk.hasInodes = this.#random.chance(0.5);
  }

  async #mend(): Promise<void> {
    this.#disk.room = Number.POSITIVE_INFINITY;
    this.#disk.failsSync = false;
    if (this.#random.chance(0.5)) await sleep(3);
  }

  /** @param must - the disk is well, so it has to resolve */
  async #durable(must: boolean): Promise<void> {
    const all = Object.values(this.#books).flatMap(({ owed }) => [...owed.values()]);
    const done = this.#spool.durable().then(() => true);
    const isWell = this.#disk.room > 1e9 && !this.#disk.failsSync;
    const isSafe = await Promise.race([
      done,
      sleep(must || isWell ? 60_000 : 3, false, { ref: !(must || isWell) }),
    ]);
    if (must || isWell) assert.ok(isSafe, 'there is room, and durable() does not resolve');
    if (isSafe) for (const one of all) one.isSafe = true;
  }

  /** What lies on the disk now is all that the next process has. */
  async #crash(): Promise<void> {
    await this.#mend();
    const before = this.#base;
    const promised = SINKS.map((sink) => [...this.#book(sink).owed].filter(([, { isSafe }]) => isSafe));
    this.#base = this.#newBase();
    copyTree(before, this.#base);
    const known = SINKS.map((sink) => this.#book(sink).owed);
    this.#spool.close();
    this.#books = {};
    this.#spool = this.#open();
    const leftovers = await this.#spool.adoptLeftovers();
    for (const [index, sink] of SINKS.entries()) {
      const cursors = leftovers.map((leftover) => leftover.cursor(sink));
      const found = cursors.flatMap((cursor) => (cursor === undefined ? [] : drain(cursor)));
      const missing = promised[index]?.map(([text]) => text).filter((text) => !found.includes(text)) ?? [];
      assert.deepEqual(missing.map(head), [], `promised to ${sink} by durable(), and not there after a kill`);
      const order = found.filter((text) => known[index]?.has(text)).map(numberOf);
      assert.deepEqual(
        order,
        [...new Set(order)].sort((a, b) => a - b),
        'in order, each once',
      );
    }
    assert.deepEqual(
      leftovers.map(({ damage }) => damage.stretches + damage.files),
      leftovers.map(() => 0),
      'nothing is damaged',
    );
  }

  #check(): void {
    for (const sink of SINKS) {
      const { entered, settled, owed } = this.#book(sink);
      const { pending } = this.#spool.cursor(sink);
      assert.deepEqual([entered, owed.size], [settled + pending, pending], `${sink}: the accounts`);
    }
  }

  #settled({ sink, outcome, positions, count }: Settlement): void {
    const book = this.#book(sink);
    book.settled += count;
    const isOurs = outcome.column === 'acked' && positions !== undefined;
    if (!isOurs) this.#wrong ??= `${sink}: ${JSON.stringify(outcome)} ${count}`;
    const ends = new Set(positions);
    for (const [text, { end }] of book.owed) if (ends.has(end)) book.owed.delete(text);
  }

  #wrong: string | undefined;

  #book(sink: string): Book {
    assert.equal(this.#wrong, undefined, 'nothing is dropped: there is room in memory');
    this.#books[sink] ??= emptyBook();
    return this.#books[sink];
  }

  #newBase(): string {
    return path.join(this.#root, `${this.#lives++}`);
  }

  #open(): Spool {
    const spool: Spool = new Spool({
      spool: this.#base,
      durability: this.#level,
      owner: DEAD,
      segmentBytes: this.#random.pick([2048, 4096, 16_384]),
      tailBytes: this.#random.pick([0, 8192]),
      retryMs: 0,
      onSettled: (source, settlement) => {
        if (source === this.#spool) this.#settled(settlement);
      },
    });
    return spool;
  }
}

const head = (text: string): string => text.slice(0, 12).trimEnd();
const numberOf = (text: string): number => Number(/\.(\d+) /.exec(text)?.[1]);

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('a disk that is full, has room again, fails to sync: what durable() promised is there, in every order', async (t) => {
  t.diagnostic(`FAULTS_SEED=${SEED}`);
  const only = process.env.DISK_MODEL_RUN;
  for (let run = Number(only ?? 0); run < (only === undefined ? RUNS : Number(only) + 1); run++) {
    try {
      await new Run(seeded(SEED, run)).steps();
    } catch (error) {
      throw new Error(`run ${run} of seed ${SEED}`, { cause: error });
    }
  }
});
