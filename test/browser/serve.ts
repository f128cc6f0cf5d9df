/** What a page under test is served by. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startViewer } from '../../src/viewer/api/start-viewer.ts';
import type { Row } from '../../src/viewer/store/event-store.ts';
import { openStore } from '../../src/viewer/store/threads/open-store.ts';
import { startPageServer } from './page-server.ts';
import { PlainViewer } from './plain-viewer.ts';
import { toOtlp } from './rows-to-otlp.ts';

export interface Served {
  readonly url: string;
  add(rows: readonly Row[]): Promise<void>;
  close(): Promise<void>;
}

/** @param built - where the page is */
export type Serve = (rows: readonly Row[], built: string) => Promise<Served>;

/** The viewer itself, over a store. */
export const serveStored: Serve = async (rows) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-page-'));
  const store = await openStore({ directory, blockRows: 256, fileRows: 1024 });
  const errors: unknown[] = [];
  const viewer = await startViewer({
    store,
    address: { host: 'localhost', port: 0 },
    about: { version: '0.1.0', endpoints: {}, links: {} },
    onError: (error) => errors.push(error),
  });
  const add = async (more: readonly Row[]): Promise<void> => {
    await Promise.all(toOtlp(more).map((request) => store.ingest(request)));
  };
  await add(rows);
  return {
    url: viewer.url,
    add,
    close: async () => {
      await viewer.close(100);
      await store.close();
      rmSync(directory, { recursive: true, force: true });
      if (errors.length > 0) throw new AggregateError(errors, 'the viewer has met errors');
    },
  };
};

/** From rows in memory: of what no store takes (hostile ids), and of a million rows at once. */
export const servePlain: Serve = async (rows, built) => {
  const viewer = new PlainViewer();
  viewer.rows = [...rows];
  const { url, close } = await startPageServer(viewer, built);
  return { url, close, add: async (more) => viewer.add([...more]) };
};
