import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ownerOf } from '../../src/spool/owner.ts';
import { failIoLibrary } from '../harness/fail-io.ts';
import { checkedNumbered } from '../harness/numbered.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { WatchedChild } from './child-process.ts';
import { type LifeReport, lostIn, numbersIn, openLogger, SINKS } from './files/life.ts';
import { HARMLESS, type Script, script } from './files/script.ts';
import type { FuzzTarget, Subject } from './fuzz-target.ts';

/** What the file system may answer, to the spool and to the file exporter; see `files/`. */
export const target: FuzzTarget<Script> = {
  name: 'files',
  cannotRun() {
    try {
      failIoLibrary();
      return undefined;
    } catch {
      return 'file I/O cannot be made to fail here: that takes Linux and a C compiler, cc';
    }
  },
  inputs: script,
  inputsPerSubject: 40,
  start: () => Disk.start(),
};

class Disk implements Subject<Script> {
  readonly #base: string;
  readonly #child: WatchedChild;
  #lives = 0;

  private constructor(base: string, child: WatchedChild) {
    this.#base = base;
    this.#child = child;
  }

  static async start(): Promise<Disk> {
    const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'otel-events-fuzz-')));
    const directory = path.join(base, 'disk');
    mkdirSync(directory);
    const child = new WatchedChild({
      program: path.join(import.meta.dirname, 'files', 'app.ts'),
      args: [],
      env: { LD_PRELOAD: failIoLibrary(), FAIL_IO_DIR: directory, FAIL_IO_RULES: path.join(base, 'rules') },
    });
    await child.started();
    return new Disk(base, child);
  }

  async take(input: Script): Promise<void> {
    const directory = path.join(this.#base, 'disk', String(++this.#lives));
    mkdirSync(directory);
    const { wrong, promised, lost } = await this.#child.ask<LifeReport>({ script: input, directory });
    assert.deepEqual(wrong, []);
    const heir = await inherit(directory, input);
    const taken = await this.#child.ask<number[]>('taken');
    const found = {
      otlp: new Set([...taken, ...heir.taken]),
      lines: new Set(numbersInFiles(path.join(directory, 'lines'))),
    };
    const isHarmless = input.steps.every((step) => step.do !== 'fail' || HARMLESS.includes(step.code));
    for (const name of SINKS) {
      const missing = promised.filter((n) => !found[name].has(n));
      const counted = lost[name] + heir.lost[name];
      const what = `${name}: ${missing.length} of ${promised.length} that durable() has acknowledged are missing, such as ${missing.slice(0, 5)}; ${counted} are counted as lost`;
      assert.ok(missing.length <= (isHarmless ? 0 : counted), what);
    }
    rmSync(directory, { recursive: true });
  }

  async end(): Promise<void> {
    const how = await this.#child.endOn('end');
    assert.equal(how, '0', this.#child.stderr);
    assert.equal(this.#child.stderr, '');
    await this.kill();
  }

  async kill(): Promise<void> {
    await this.#child.kill();
    rmSync(this.#base, { recursive: true, force: true });
  }
}

/** A logger in a process where nothing fails delivers what is left. */
async function inherit(
  directory: string,
  script: Script,
): Promise<Pick<LifeReport, 'lost'> & { readonly taken: readonly number[] }> {
  await released(path.join(directory, 'spool'));
  await using sink = await OtlpSink.open();
  const events = openLogger(directory, sink.url, script);
  const { pending } = await events.flush({ timeoutMs: 20_000 });
  await events.close();
  assert.equal(pending, 0, 'what is left does not arrive');
  return { taken: numbersIn(sink), lost: lostIn(events.stats()) };
}

/** Resolves when nothing in a spool belongs to a process any more: what was being adopted is let go a moment later. */
async function released(spool: string): Promise<void> {
  const startedMs = performance.now();
  const owned = (): string[] =>
    existsSync(spool) ? readdirSync(spool).filter((name) => ownerOf(name) !== undefined) : [];
  while (owned().length > 0) {
    assert.ok(performance.now() - startedMs < 10_000, `a logger that was closed keeps ${owned()}`);
    await pause(20);
  }
}

/** The numbers of the whole lines of all files: every line is whole. */
function numbersInFiles(directory: string): number[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).flatMap((file) => {
    const lines = readFileSync(path.join(directory, file), 'utf8').split('\n');
    assert.equal(lines.pop(), '', `${file} ends in a torn line`);
    return lines.map((line) => checkedNumbered(JSON.parse(line).data).n);
  });
}
