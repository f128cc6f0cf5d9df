import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { EventRecord } from '../otlp/event-record.ts';
import type { Exporter } from './exporter.ts';
import { type Format, formatter } from './format.ts';
import { writeWhole } from './write-whole.ts';

/** Where and how many. */
export interface DirectoryExporterOptions {
  readonly directory: string;
  /** Most files kept; the oldest goes after the new one is whole on disk. Default 200. */
  readonly limit?: number;
  readonly name?: string;
  /** What a file holds. Default `leip`. */
  readonly format?: Format;
}

/** `<19 digits of nanoseconds>-<event id>.json`: names sort by the time of the emit. */
const FILE = /^\d{19,}-[0-9a-f-]{36}\.json$/;

/**
 * One JSON file per event in a directory, which is made if it is not there. Only files of its own naming
 * are counted and removed. Sending a record again replaces its file.
 */
export function directoryExporter(options: DirectoryExporterOptions): Exporter {
  const { directory, limit = 200 } = options;
  const format = formatter(options.format ?? 'leip');
  return {
    name: options.name ?? `directory:${directory}`,
    flushBatchSize: 64,
    async send(records) {
      await mkdir(directory, { recursive: true });
      for (const record of records) {
        await writeWhole(path.join(directory, fileName(record)), JSON.stringify(format(record)));
        await removeOldest(directory, limit);
      }
    },
  };
}

function fileName(record: EventRecord): string {
  const time = String(record.observedTimeUnixNano).padStart(19, '0');
  return `${time}-${String(record.attributes['log.record.uid'])}.json`;
}

// Listed anew each time: other processes may share the directory, and its files are few.
async function removeOldest(directory: string, limit: number): Promise<void> {
  const files = (await readdir(directory)).filter((file) => FILE.test(file)).sort();
  for (const file of files.slice(0, Math.max(0, files.length - limit))) {
    await rm(path.join(directory, file), { force: true });
  }
}
