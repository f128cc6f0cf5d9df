import path from 'node:path';
import { leip } from '../formats/leip.ts';
import { makeDirectory } from '../make-directory.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import { writeWhole } from './write-whole.ts';

/** Saves an event as LEIP's `results.json` in a directory, which is made if it is not there. */
export async function saveResultsFile(directory: string, record: EventRecord): Promise<void> {
  const text = JSON.stringify(leip(record));
  makeDirectory(directory);
  await writeWhole(path.join(directory, 'results.json'), text);
}
