import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';
import { MAIN } from './events/run-cli.ts';
import { writeShopFile } from './events/shop-file.ts';

/** Node's own way to make parents never ends there, and takes no signal but SIGKILL. */
const NOWHERE = '/proc/otel-events/store';

test('a directory that cannot be made is told, whichever command wants it', {
  skip: process.platform !== 'linux' && 'there is no /proc',
}, async (t) => {
  const file = await writeShopFile(tempDir(t), 10);
  const env = { ...process.env, OTEL_EVENTS_PORT: '0', OTEL_EVENTS_GRPC_PORT: '0' };
  for (const [args, code, own = {}] of [
    [['view', '--port', '0', '--directory', NOWHERE], 'COLLECTOR_START_FAILED'],
    [['import', file, '--directory', NOWHERE], 'STORE_UNWRITABLE'],
    [['demo', '--directory', NOWHERE], 'ENOENT'],
    [['query', file], 'STORE_UNWRITABLE', { XDG_CACHE_HOME: NOWHERE }],
  ] as const) {
    const { status, signal, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      encoding: 'utf8',
      env: { ...env, ...own },
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    assert.deepEqual([status, signal], [2, null], stderr);
    assert.match(stderr, new RegExp(`^otel-events ${args[0]}: (?:${code}): .*/proc/otel-events`));
  }
});
