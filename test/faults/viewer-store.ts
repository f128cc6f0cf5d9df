import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { EventStore } from '../../src/viewer/store/event-store.ts';
import { EventFile } from '../../src/viewer/store/file/event-file.ts';
import { storeFiles } from '../../src/viewer/store/file/store-files.ts';
import { openStore, type StoreOptions } from '../../src/viewer/store/threads/open-store.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { numberedRequest } from '../viewer/store/numbered-request.ts';

/** All rows. */
export const ALL = { where: undefined, range: {} };

/** The attribute that says to which request a record belongs. */
export const REQUEST = { of: 'attribute', path: 'request' } as const;

/** The most values that one question tells. */
const MOST_VALUES = 1000;

/** A store of small blocks and files, closed after the test. */
export async function openedStore(
  t: TestContext,
  directory: string,
  options: Partial<StoreOptions> = {},
): Promise<EventStore> {
  const store = await openStore({ directory, blockRows: 64, fileRows: 512, ...options });
  t.after(() => store.close());
  return store;
}

/** How many records there are of each request, up to the number `below`. */
export async function recordsByRequest(store: EventStore, below = MOST_VALUES): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  for (let from = 0; from < below; from += MOST_VALUES) {
    const parts = [
      { kind: 'compare', field: REQUEST, is: '>=', value: from },
      { kind: 'compare', field: REQUEST, is: '<', value: from + MOST_VALUES },
    ] as const;
    const query = { where: { kind: 'and', parts }, range: {} } as const;
    const { value, complete } = await store.facets(query, {
      fields: [REQUEST],
      top: MOST_VALUES,
      withinMs: 60_000,
    });
    assert.ok(complete);
    for (const { value: number, count } of value[0]?.values ?? []) counts.set(number as number, count);
  }
  return counts;
}

/** A store of three files with the requests 0 to 49, closed. */
export async function threeFiles(t: TestContext): Promise<string[]> {
  const directory = tempDir(t);
  const store = await openStore({ directory, blockRows: 64, fileRows: 140 });
  for (let number = 0; number < 50; number++) await store.ingest(numberedRequest(number));
  await store.close();
  const files = storeFiles(directory);
  assert.equal(files.length, 3);
  return files;
}

/** What SQLite finds wrong in the files of a store, and in their indexes of words. */
export function integrity(directory: string): string[] {
  return storeFiles(directory).flatMap((file) => {
    const opened = EventFile.open(file, 'normal');
    const found = opened.db
      .prepare('pragma integrity_check')
      .all()
      .map((row) => String(row.integrity_check));
    opened.db.exec("insert into words(words) values('integrity-check')");
    opened.close();
    return found.filter((text) => text !== 'ok');
  });
}

/** A process that fills a store, and which requests it says were acknowledged. */
export interface Ingesting {
  readonly child: ChildProcess;
  readonly acknowledged: () => number[];
  /** Resolves when so many were, or the process is gone. */
  readonly until: (count: number) => Promise<void>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<unknown>;
}

/** Starts one; resolves when the first request was acknowledged. */
export async function ingesting(
  directory: string,
  from: number,
  kind: 'uids' | 'timeless',
  env: NodeJS.ProcessEnv = {},
): Promise<Ingesting> {
  const program = path.join(import.meta.dirname, 'children', 'viewer-ingest.ts');
  const child = spawn(process.execPath, ['--no-warnings', program, directory, String(from), kind], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const acknowledged = (): number[] => output.split('\n').slice(0, -1).map(Number);
  const until = async (count: number): Promise<void> => {
    while (acknowledged().length < count && child.exitCode === null && child.signalCode === null) {
      await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
    }
  };
  await until(1);
  return { child, acknowledged, until, ended };
}
