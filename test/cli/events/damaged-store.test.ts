import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { runCli } from './run-cli.ts';
import { writeShopFile } from './shop-file.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const file = await writeShopFile(directory, 4000);
const cli = runCli(directory);

test('rows that damage has taken are missing aloud, and the status is 2', async () => {
  const store = path.join(directory, 'store');
  await cli('import', file, '--directory', store);
  const [events = ''] = readdirSync(store).filter((name) => name.endsWith('.db'));
  const whole = await cli('query', '--count', '--directory', store);
  assert.deepEqual(whole, { status: 0, stdout: '4000\n', stderr: '' });
  const place = path.join(store, events);
  // Out of the log beside it.
  const database = new DatabaseSync(place);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  truncateSync(place, statSync(place).size / 2);
  for (const args of [
    ['query', '--count'],
    ['query', '--by', 'name'],
    ['export', '--json'],
  ]) {
    const { status, stderr } = await cli(...args, '--directory', store);
    assert.equal(status, 2);
    assert.match(
      stderr,
      new RegExp(`^otel-events ${args[0]}: ${events} is damaged, rows are missing: .+\\n$`, 'm'),
    );
  }
});
