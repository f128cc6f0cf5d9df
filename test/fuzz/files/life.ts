import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileExporter } from '../../../src/exporters/file.ts';
import { EventLogger, type Ledger } from '../../../src/index.ts';
import { readEvent } from '../../../src/otlp/event/read-event.ts';
import { assertBalanced } from '../../harness/ledger.ts';
import { checkedNumbered, numbered } from '../../harness/numbered.ts';
import type { OtlpSink } from '../../harness/otlp-sink.ts';
import type { Failure, Script } from './script.ts';

/** Who logs the numbers. */
const WHO = 'fuzz';

/** With a disk that works, after some retries. */
const DURABLE_MS = 15_000;

/** Where a life is lived. */
export interface Place {
  /** The spool and the file are below it. */
  readonly directory: string;
  readonly sink: OtlpSink;
  /** What fails from now on, as lines of rules. */
  readonly setRules: (steps: readonly Failure[]) => void;
}

export const SINKS = ['otlp', 'lines'] as const;

type Lost = Record<(typeof SINKS)[number], number>;

/** What is left to be checked by whoever comes after. */
export interface LifeReport {
  readonly wrong: readonly string[];
  /** The numbers that `durable()` has acknowledged. */
  readonly promised: readonly number[];
  /** What each sink was given up on, as the ledger has it. */
  readonly lost: Lost;
}

/** A logger that spools, sends, and writes a file. */
export function openLogger(
  directory: string,
  endpoint: string,
  { level, rotates, fsync }: Script,
): EventLogger {
  const lines = {
    name: 'lines',
    path: path.join(directory, 'lines', 'events.jsonl'),
    format: 'leip',
    fsync,
  } as const;
  return new EventLogger({
    delivery: 'durable',
    spool: path.join(directory, 'spool'),
    durability: level,
    endpoint,
    flushIntervalMs: 0,
    flushBatchSize: 7,
    logLevel: 'none',
    handleSignals: false,
    exporters: [fileExporter(rotates ? { ...lines, rotation: { maxBytes: 20_000 } } : lines)],
  });
}

/** The numbers of what a sink took. */
export function numbersIn(sink: OtlpSink): number[] {
  return sink.records.map((record) => checkedNumbered(readEvent(record).data).n);
}

/** What each sink will never get, as a ledger has it. */
export function lostIn({ sinks }: Ledger): Lost {
  const lostOf = (name: string): number => {
    const { dropped = {}, rejected = {} } = sinks[name] ?? {};
    return [...Object.values(dropped), ...Object.values(rejected)].reduce((sum, count) => sum + count, 0);
  };
  return { otlp: lostOf('otlp'), lines: lostOf('lines') };
}

/** Lives a script to its end; the disk works again before that. Never rejects but for what is to be found. */
export async function live(script: Script, { directory, sink, setRules }: Place): Promise<LifeReport> {
  const wrong: string[] = [];
  const lost = { otlp: 0, lines: 0 };
  const failing: Failure[] = [];
  const promised = new Set<number>();
  let [count, isAway] = [0, false];
  /** Of the numbers of this logger. */
  let first = 1;
  sink.judge = () => (isAway ? { status: 503 } : 'take');
  let events = openLogger(directory, sink.url, script);
  const check = (): void => {
    try {
      assertBalanced(events.stats());
    } catch (error) {
      wrong.push(`the ledger: ${(error as Error).message}`);
    }
  };
  const durable = async (ms: number): Promise<boolean> => {
    const upTo = count;
    const isDurable = await Promise.race([events.durable().then(() => true), pause(ms, false)]);
    for (let n = first; isDurable && n <= upTo; n++) promised.add(n);
    return isDurable;
  };
  const close = async (): Promise<void> => {
    await events.close({ timeoutMs: 50 });
    check();
    const more = lostIn(events.stats());
    for (const name of SINKS) lost[name] += more[name];
  };
  for (const step of script.steps) {
    if (step.do === 'log')
      for (let left = step.count; left > 0; left--) events.log('n', numbered(WHO, ++count, step.size));
    else if (step.do === 'fail') failing.push(step);
    else if (step.do === 'mend') failing.length = 0;
    else if (step.do === 'turn') await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    else if (step.do === 'pause') await pause(step.ms);
    else if (step.do === 'durable') await durable(50);
    else if (step.do === 'flush') await events.flush({ timeoutMs: 50 });
    else if (step.do === 'away') isAway = step.is;
    else {
      await close();
      first = count + 1;
      events = openLogger(directory, sink.url, script);
    }
    if (step.do === 'fail' || step.do === 'mend') setRules(failing);
    check();
  }
  setRules([]);
  if (!(await durable(DURABLE_MS))) wrong.push('the disk works again, and durable() does not resolve');
  await close();
  return { wrong, promised: [...promised], lost };
}
