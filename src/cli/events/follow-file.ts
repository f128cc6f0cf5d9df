import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { importFile } from '../../viewer/files/import-file.ts';
import type { Row } from '../../viewer/store/event-store.ts';
import { openStore } from '../../viewer/store/threads/open-store.ts';
import { pagesOf } from './find-rows.ts';
import { storeSource } from './store-source.ts';

const LOOK_MS = 200;

/** A new store is begun when there are more rows: all of it is looked through for each line that comes. */
const MAX_ROWS = 10_000;

/** Rows that are added to a file from now on and fit, also when it is rotated, for as long as nobody stops it. */
export async function* followFile(
  file: string,
  query: string,
  signal: AbortSignal,
): AsyncGenerator<readonly Row[]> {
  let { ino } = statSync(file);
  let end = await lastLineEnd(file);
  while (!signal.aborted) {
    const kept = await openShortStore();
    try {
      let rows = 0;
      while (!signal.aborted && rows < MAX_ROWS) {
        const now = statSync(file, { throwIfNoEntry: false });
        if (now !== undefined && (now.ino !== ino || now.size < end)) [ino, end] = [now.ino, 0];
        if (now !== undefined && now.size > end) {
          const { stored, end: next } = await importFile(kept.store, file, { from: end });
          end = next;
          const from = rows;
          rows += stored;
          const found: Row[] = [];
          for await (const page of pagesOf(kept.source, query, 'oldest')) {
            found.push(...page.rows.filter(({ id }) => Number(id) >= from));
          }
          if (found.length > 0) yield found;
        }
        await setTimeout(LOOK_MS, undefined, { signal }).catch(() => {});
      }
    } finally {
      await kept.close();
    }
  }
}

async function openShortStore() {
  const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-tail-'));
  const store = await openStore({ directory });
  const close = async (): Promise<void> => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { store, source: storeSource(store, close), close };
}

const PART_BYTES = 64 * 1024;

/** Behind the last line break: what is behind it is still being written. */
async function lastLineEnd(file: string): Promise<number> {
  const handle = await open(file);
  try {
    let { size: end } = await handle.stat();
    while (end > 0) {
      const start = Math.max(0, end - PART_BYTES);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
      const at = buffer.subarray(0, bytesRead).lastIndexOf('\n');
      if (at !== -1) return start + at + 1;
      end = start;
    }
    return 0;
  } finally {
    await handle.close();
  }
}
