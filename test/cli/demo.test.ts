import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';

const MAIN = path.join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/** A row of the account: events and spans. */
function countsIn(text: string, name: string): readonly number[] {
  const [, events = '', spans = ''] = new RegExp(`^ {2}${name} +([\\d,]+) +([\\d,]+) `, 'm').exec(text) ?? [];
  return [events, spans].map((count) => Number(count.replaceAll(',', '')));
}

test('the demo counts what it told, and it is all there; nothing stays behind', (t) => {
  const tmp = tempDir(t);
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'demo', '--port', '0'], {
    encoding: 'utf8',
    // An app's own settings are not those of the shop.
    env: { PATH: process.env.PATH, TMPDIR: tmp, OTEL_SDK_DISABLED: 'true', OTEL_SERVICE_NAME: 'mine' },
  });
  assert.deepEqual([status, stderr], [0, '']);
  const [emitted = 0] = countsIn(stdout, 'emitted');
  const [quarantined = 0] = countsIn(stdout, 'quarantined');
  assert.ok(emitted > 3000 && quarantined > 0, stdout);
  for (const name of ['acked', 'stored'])
    assert.deepEqual(countsIn(stdout, name), [emitted - quarantined, 0]);
  assert.deepEqual(countsIn(stdout, 'lost'), [0, 0]);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  assert.deepEqual(readdirSync(tmp), []);
});

test('what cannot be is told in a line, before anything is opened', () => {
  for (const [args, expected] of [
    [['--port', 'x'], /--port: wanted a number from 0 to 65535/],
    [['--port', '70000'], /--port/],
    [['--prot', '1'], /did you mean --port\?/],
    [['--directory', ''], /--directory: wanted a path/],
    [['more'], /nothing but options/],
  ] as const) {
    const { status, stderr, stdout } = spawnSync(process.execPath, [MAIN, 'demo', ...args], {
      encoding: 'utf8',
    });
    assert.deepEqual([status, stdout], [1, ''], stderr);
    assert.match(stderr, expected);
  }
});
