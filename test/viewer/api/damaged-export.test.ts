import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { storeFiles } from '../../../src/viewer/store/file/store-files.ts';
import { events, viewerUnderTest } from './viewer-under-test.ts';

/** More than are read at once. */
const ROWS = 3000;
/** Of a chunk. */
const DAMAGED = 128;
const SHOP = Array.from({ length: ROWS }, (_, at) => ({ name: 'order.placed', body: `order ${at}` }));

/** Damages the rows that were stored first. @returns the name of their file */
function damageFirstRows(directory: string): string {
  const [file = ''] = storeFiles(directory);
  const database = new DatabaseSync(file);
  database.exec('update chunk set bytes = zeroblob(100) where seq = 0');
  database.close();
  return path.basename(file);
}

test('an export of which damage takes rows breaks off, and the next one says so in its name', async (t) => {
  const { store, url, ask } = await viewerUnderTest(t);
  await store.ingest(events(SHOP));
  const file = damageFirstRows((await store.status()).directory);
  // Rows that were stored first come last: nobody knows of the damage when the export begins.
  const brokenOff = await fetch(`${url}/api/export?format=jsonl`);
  assert.match(brokenOff.headers.get('content-disposition') ?? '', /"events\.jsonl"/);
  await assert.rejects(brokenOff.text(), { name: 'TypeError', message: 'terminated' });
  for (const [format, lines] of [
    ['jsonl', ROWS - DAMAGED],
    ['csv', ROWS - DAMAGED + 1],
  ] as const) {
    const { status, headers, text } = await ask(`/api/export?format=${format}`);
    assert.equal(status, 200);
    assert.equal(headers['content-disposition'], `attachment; filename="events-incomplete.${format}"`);
    assert.equal(headers['otel-events-damaged'], file);
    assert.equal(text.trimEnd().split('\n').length, lines);
  }
});

test('an export of a table whose rows are read before it is sent says at once that rows are missing', async (t) => {
  const { store, ask } = await viewerUnderTest(t);
  await store.ingest(events(SHOP));
  const whole = await ask('/api/export?q=name:nothing');
  assert.equal(whole.headers['content-disposition'], 'attachment; filename="events.csv"');
  assert.equal(whole.headers['otel-events-damaged'], undefined);
  damageFirstRows((await store.status()).directory);
  const { headers } = await ask('/api/export');
  assert.equal(headers['content-disposition'], 'attachment; filename="events-incomplete.csv"');
});
