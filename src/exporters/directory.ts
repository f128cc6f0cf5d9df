import { createHash, randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeDirectory } from '../make-directory.ts';
import { checkNames } from '../options.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import { absolute } from '../spool/disk/absolute.ts';
import { type BatchLimits, batchLimits } from './batch-limits.ts';
import type { Exporter } from './exporter.ts';
import { type Format, jsonFormatter } from './format.ts';
import { renderBatch } from './render-batch.ts';
import { writeWhole } from './write-whole.ts';

/** Where and how many. */
export interface DirectoryExporterOptions extends BatchLimits {
  readonly directory: string;
  /** Most files kept; the oldest goes after the new one is whole on disk. Default 200. */
  readonly limit?: number;
  readonly name?: string;
  /** What a file holds, each of a record's payloads on a line of its own. Default `leip`. */
  readonly format?: Format;
}

const KNOWN: Readonly<Record<keyof DirectoryExporterOptions, true>> = {
  directory: true,
  limit: true,
  name: true,
  format: true,
  flushIntervalMs: true,
  flushBatchSize: true,
};

/** `<19 digits of nanoseconds>-<event id>.json`: names sort by the time of the emit. */
const FILE = /^\d{19,}-[0-9a-f-]{36}\.json$/;
const UUID = /^[0-9a-f-]{36}$/;

/**
 * One JSON file per event in a directory, which is made if it is not there. Only files of its own naming
 * are counted and removed. Sending a record again replaces its file.
 */
export function directoryExporter(options: DirectoryExporterOptions): Exporter {
  checkNames('directoryExporter', options, KNOWN);
  const { limit = 200, format = 'leip' } = options;
  const directory = absolute(options.directory);
  const toTexts = jsonFormatter(format);
  return {
    name: options.name ?? `directory:${options.directory}`,
    flushBatchSize: 64,
    ...batchLimits(options),
    async send(records) {
      const files = renderBatch(records, (record) => filesOf(record, toTexts(record)));
      makeDirectory(directory);
      for (const { name, text } of files.flat()) {
        await writeWhole(path.join(directory, name), text);
        await removeOldest(directory, limit);
      }
    },
  };
}

/** No file for a record of which the format makes nothing. */
function filesOf(record: EventRecord, texts: readonly string[]): { name: string; text: string }[] {
  return texts.length === 0 ? [] : [{ name: fileName(record), text: texts.join('\n') }];
}

function fileName(record: EventRecord): string {
  const time = String(record.observedTimeUnixNano).padStart(19, '0');
  return `${time}-${idOf(record)}.json`;
}

/** Its id; of a record of somebody else's that has none, or another kind of one, something that looks like it. */
function idOf({ attributes }: EventRecord): string {
  const id = String(attributes['log.record.uid'] ?? randomUUID());
  return UUID.test(id) ? id : createHash('sha256').update(id).digest('hex').slice(0, 36);
}

// Listed anew each time: other processes may share the directory, and its files are few.
async function removeOldest(directory: string, limit: number): Promise<void> {
  const files = (await readdir(directory)).filter((file) => FILE.test(file)).sort();
  for (const file of files.slice(0, Math.max(0, files.length - limit))) {
    // What cannot be removed, such as a directory of that name, is tried again with the next file.
    await rm(path.join(directory, file), { force: true }).catch(() => {});
  }
}
