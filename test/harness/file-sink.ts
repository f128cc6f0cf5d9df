import { appendFileSync, readFileSync } from 'node:fs';
import type { EventRecord, ExporterFunction } from '../../src/index.ts';
import { readEvent } from '../../src/otlp/event/read-event.ts';
import type { Batch } from './delivered.ts';
import { checkedNumbered, type Numbered } from './numbered.ts';
import type { Seeded } from './seeded.ts';

const HEAD = /^from (\S+) (takes|fails) \d+$/;

/**
 * An exporter that appends to a file, which it may share with other processes. Now and then it fails, before
 * it has written or after.
 * @param failures - probability of each, 0 to 1
 */
export function fileSink(file: string, from: string, random: Seeded, failures: number): ExporterFunction {
  return function toFile(records: readonly EventRecord[]): void {
    if (random.chance(failures)) throw new Error('not yet');
    const fails = random.chance(failures);
    const head = `from ${from} ${fails ? 'fails' : 'takes'} ${records.length}`;
    const lines = records.map((record) => JSON.stringify(readEvent(record).data));
    // An end of line in front: the writer before may have been killed in the middle of one.
    appendFileSync(file, `\n${[head, ...lines].join('\n')}\n`);
    if (fails) throw new Error('too late');
  };
}

/** What such exporters have written, each event compared with what was logged. */
export function readFileSink(file: string): Batch[] {
  const batches: { from: string; answered: boolean; events: Numbered[] }[] = [];
  for (const line of readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n')) {
    const [, from, how] = HEAD.exec(line) ?? [];
    if (from !== undefined) batches.push({ from, answered: how === 'takes', events: [] });
    else if (isWhole(line)) batches.at(-1)?.events.push(checkedNumbered(JSON.parse(line)));
  }
  return batches;
}

/** Text that was cut off never ends like this and can be parsed. */
function isWhole(line: string): boolean {
  try {
    return JSON.parse(line) !== undefined;
  } catch {
    return false;
  }
}
