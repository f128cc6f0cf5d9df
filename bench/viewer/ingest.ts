/** How quickly a writer takes requests in, and what it takes on disk. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { bytesOfFile, storeFiles } from '../../src/viewer/store/file/store-files.ts';
import { StoreWriter, type WireRequest } from '../../src/viewer/store/write/store-writer.ts';
import { readRequests } from './request-file.ts';

export interface IngestFigures {
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly cpuUsPerRow: number;
  /** Of each quarter of the rows. */
  readonly quarters: readonly number[];
  readonly bytesPerRow: number;
  /** Given to the system to be written, logs included; undefined where it does not say. */
  readonly writtenPerRow: number | undefined;
}

/** @param take - takes some requests in, in one transaction */
export async function measured(
  file: string,
  rows: number,
  take: (requests: WireRequest[]) => void | Promise<void>,
  bytesOnDisk: () => number | Promise<number>,
): Promise<IngestFigures> {
  const quarters: number[] = [];
  let [wallMs, cpuUs, taken, quarterUs] = [0, 0, 0, 0];
  const writtenBefore = writtenBytes();
  let group: WireRequest[] = [];
  const flush = async (): Promise<void> => {
    const cpu = process.cpuUsage();
    const startMs = performance.now();
    await take(group);
    wallMs += performance.now() - startMs;
    const { user, system } = process.cpuUsage(cpu);
    cpuUs += user + system;
    quarterUs += user + system;
    for (const { count } of group) taken += count;
    group = [];
    if (taken >= ((quarters.length + 1) * rows) / 4) {
      quarters.push(round((quarterUs * 4) / rows));
      quarterUs = 0;
    }
  };
  for (const request of readRequests(file)) {
    group.push(request);
    if (group.length === 4) await flush();
  }
  if (group.length > 0) await flush();
  const bytes = await bytesOnDisk();
  const written = (writtenBytes() ?? Number.NaN) - (writtenBefore ?? Number.NaN);
  return {
    rows: taken,
    rowsPerSecond: Math.round((taken / wallMs) * 1000),
    cpuUsPerRow: round(cpuUs / taken),
    quarters,
    bytesPerRow: Math.round(bytes / taken),
    writtenPerRow: Number.isNaN(written) ? undefined : Math.round(written / taken),
  };
}

/** What all of this process has written, by Linux. */
function writtenBytes(): number | undefined {
  const file = '/proc/self/io';
  if (!existsSync(file)) return undefined;
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1]);
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}

/** Fills a new store. */
export function ingestStore(file: string, rows: number, directory: string): Promise<IngestFigures> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const writer = new StoreWriter({ directory, blockRows: 8192, fileRows: 262_144, synchronous: 'normal' });
  const bytes = (): number => {
    writer.close();
    return storeFiles(directory).reduce((sum, one) => sum + bytesOfFile(one), 0);
  };
  return measured(file, rows, (requests) => void writer.ingest(requests), bytes);
}
