import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ownerOf } from '../../src/spool/owner/owner.ts';
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

const RELEASE_MS = 5_000;

class Disk implements Subject<Script> {
  readonly #base: string;
  #child: WatchedChild;
  #lives = 0;

  private constructor(base: string, child: WatchedChild) {
    this.#base = base;
    this.#child = child;
  }

  static async start(): Promise<Disk> {
    const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'otel-events-fuzz-')));
    mkdirSync(path.join(base, 'disk'));
    return new Disk(base, await startApp(base));
  }

  async take(input: Script): Promise<void> {
    const directory = path.join(this.#base, 'disk', String(++this.#lives));
    mkdirSync(directory);
    const { wrong, promised, lost } = await this.#child.ask<LifeReport>({ script: input, directory });
    assert.deepEqual(wrong, []);
    const isReleased = await released(path.join(directory, 'spool'));
    // A logger that was closed while everything failed could not let go: the end of its process does.
    const early = isReleased ? undefined : await this.#replaceApp();
    const heir = await inherit(directory, input);
    const taken = early ?? (await this.#child.ask<number[]>('taken'));
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

  /** @returns what the destination of the one before has taken */
  async #replaceApp(): Promise<number[]> {
    const taken = await this.#child.ask<number[]>('taken');
    await this.#child.kill();
    this.#child = await startApp(this.#base);
    return taken;
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

async function startApp(base: string): Promise<WatchedChild> {
  const child = new WatchedChild({
    program: path.join(import.meta.dirname, 'files', 'app.ts'),
    args: [],
    env: {
      LD_PRELOAD: failIoLibrary(),
      FAIL_IO_DIR: path.join(base, 'disk'),
      FAIL_IO_RULES: path.join(base, 'rules'),
    },
  });
  await child.started();
  return child;
}

/** A logger in a process where nothing fails delivers what is left. */
async function inherit(
  directory: string,
  script: Script,
): Promise<Pick<LifeReport, 'lost'> & { readonly taken: readonly number[] }> {
  await using sink = await OtlpSink.open();
  const events = openLogger(directory, sink.url, script);
  const { pending } = await events.flush({ timeoutMs: 20_000 });
  await events.close();
  assert.equal(pending, 0, 'what is left does not arrive');
  return { taken: numbersIn(sink), lost: lostIn(events.stats()) };
}

/** Whether nothing in a spool belongs to a process any more: what was being adopted is let go a moment later. */
async function released(spool: string): Promise<boolean> {
  const startedMs = performance.now();
  const isOwned = (): boolean =>
    existsSync(spool) && readdirSync(spool).some((name) => ownerOf(name) !== undefined);
  while (isOwned()) {
    if (performance.now() - startedMs > RELEASE_MS) return false;
    await pause(20);
  }
  return true;
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
