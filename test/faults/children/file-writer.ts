/**
 * One of several processes that write one file: sends numbered events in small batches, each until it is taken,
 * and says which ones were.
 */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileExporter, type Rotation } from '../../../src/exporters/file.ts';
import type { EventRecord } from '../../../src/index.ts';

interface Plan {
  readonly path: string;
  readonly writer: string;
  /** It ends when this file is there. */
  readonly stop: string;
  readonly fsync?: 'batch';
  readonly rotation?: Partial<Rotation>;
}

const { path, writer, stop, ...options } = JSON.parse(process.argv[2] ?? '') as Plan;
const exporter = fileExporter({ path, ...options, format: ({ eventName, body }) => ({ eventName, body }) });
const { signal } = new AbortController();

function recordOf(number: number): EventRecord {
  const eventName = `${writer}.${number}`;
  const body = 'x'.repeat(40 + ((number * 37) % 900));
  return { eventName, body, attributes: { 'log.record.uid': eventName } } as unknown as EventRecord;
}

for (let number = 0; !existsSync(stop); ) {
  const batch = Array.from({ length: 1 + (number % 3) }, () => recordOf(number++));
  while (!existsSync(stop)) {
    const error = await exporter.send(batch, signal).then(
      () => undefined,
      (cause: Error) => cause.message,
    );
    console.log(
      error === undefined ? `took ${batch.map(({ eventName }) => eventName).join(' ')}` : `failed ${error}`,
    );
    await sleep(error === undefined ? 4 : 3);
    if (error === undefined) break;
  }
}
await exporter.close?.();
