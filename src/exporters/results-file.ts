import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { leip } from '../formats/leip.ts';
import type { EventRecord } from '../otlp/event-record.ts';
import { writeWhole } from './write-whole.ts';

/** Saves an event as LEIP's `results.json` in a directory, which is made if it is not there. */
export async function saveResultsFile(directory: string, record: EventRecord): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeWhole(path.join(directory, 'results.json'), JSON.stringify(leip(record)));
}
