// What people copy: the demo, and the first lines of the README, run as they are.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { httpSink } from '../harness/http-sink.ts';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';

const root = path.join(import.meta.dirname, '../..');
const run = promisify(execFile);
const ENV = { PATH: process.env.PATH };

test('npm start: without a terminal the demo accounts for all of its events, and ends by itself', async () => {
  const { stdout, stderr } = await run(process.execPath, ['scripts/start.ts', '--port', '0'], {
    cwd: root,
    env: ENV,
  });
  const counts = new Map(
    [...stdout.matchAll(/^ {2}(\w+) +([\d,]+) +([\d,]+) /gm)].map(
      ([, name = '', events = '', spans = '']) => [
        name,
        [events, spans].map((count) => Number(count.replaceAll(',', ''))),
      ],
    ),
  );
  assert.ok(Number(counts.get('stored')?.[0]) > 5000, stdout);
  assert.deepEqual(counts.get('stored'), counts.get('acked'));
  assert.deepEqual(counts.get('lost'), [0, 0]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no colours where there is no terminal
  assert.doesNotMatch(stdout, /\u001b\[/);
  assert.equal(stderr, '');
});

test('the first code of the README does what its comments say', async (t) => {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync(path.join(root, 'README.md'), 'utf8')) ?? [];
  assert.ok(code.split('\n').filter((line) => line.trim() !== '').length <= 9, 'it stays short');
  const file = path.join(root, `readme-${process.pid}.tmp.mjs`);
  writeFileSync(file, code);
  t.after(() => rmSync(file));
  await using sink = await httpSink();
  const env = { ...ENV, OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  const { stdout, stderr } = await run(process.execPath, [file], { cwd: root, env });
  assert.equal(stderr, '');
  assert.equal(stdout, '{ acked: 2, pending: 0, rejected: 0, dropped: 0 }\n');
  assert.deepEqual(
    logRecordsOf(sink.requests).map(({ eventName }) => eventName),
    ['cart.item_added', 'checkout'],
  );
  assert.equal(spansOf(sink.requests)[0]?.name, 'checkout');
});
