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

test('npm start: the shop’s events come out of the collector, none is lost, and it ends by itself', async () => {
  const { stdout, stderr } = await run(process.execPath, ['examples/shop/start.ts'], { cwd: root, env: ENV });
  const counts = Object.fromEntries(
    [...stdout.matchAll(/^ {2}(events emitted|in the file|at the HTTP endpoint|lost) +(\d+)/gm)].map(
      ([, what = '', count]) => [what, Number(count)],
    ),
  );
  assert.deepEqual(counts, { 'events emitted': 14, 'in the file': 14, 'at the HTTP endpoint': 14, lost: 0 });
  assert.match(stdout, /checkout .*PaymentDeclined: the bank declined the card/);
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
