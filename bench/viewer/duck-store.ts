import path from 'node:path';
import { installPeers } from '../process/install-peers.ts';
import type { IngestFigures } from './ingest.ts';

/** DuckDB beside the store. */
export interface DuckStore {
  /** @param requests - the file that they are in */
  fill(requests: string, rows: number): Promise<IngestFigures>;
  ask(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

const PEERS = path.join(import.meta.dirname, 'peers');

/** Brings DuckDB where it is missing (70 MB, kept in `bench/viewer/peers`), and opens a table. @param isKept - it was filled before */
export async function openDuckStore(directory: string, isKept: boolean): Promise<DuckStore> {
  installPeers(PEERS);
  // By a path that the compiler does not follow: the packages behind it are no dependency of this one.
  const { openDuckStore: open } = await import(path.join(PEERS, 'duck-store.ts'));
  return open(directory, isKept);
}
