import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../../harness/temp-dir.ts';
import { runCli } from '../events/run-cli.ts';
import { jsonLines } from '../spool-samples.ts';
import { linesOfEvents, numbered } from './uid-lines.ts';

/** What a wrong address may answer with 200; the last one breaks off. */
const ANSWERS = ['<html>log in</html>\n', '{"status":"ok"}\n', '{"data":{}}\n', 'null\n', '{"half":'];

test('a server that answers 200 and is no such store is an error that says so, and nothing is called clean', async (t) => {
  const base = tempDir(t);
  const file = path.join(base, 'events.jsonl');
  writeFileSync(file, linesOfEvents([numbered(1), numbered(2)]));
  const server = createServer(({ url = '' }, response) => {
    const at = Number(/^\/(\d)/.exec(url)?.[1]);
    response.write(ANSWERS[at] ?? '');
    if (at < ANSWERS.length - 1) response.end();
    else setImmediate(() => response.destroy());
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cli = runCli(base);
  for (const at of ANSWERS.keys()) {
    for (const kind of ['victorialogs', 'loki', 'viewer']) {
      const { status, stderr } = await cli('reconcile', file, '--store', `${kind}=${origin}/${at}`);
      assert.deepEqual([status, stderr.trimEnd().split('\n').length], [2, 1], `${kind} ${at}: ${stderr}`);
      assert.match(stderr, new RegExp(`^otel-events reconcile: STORE_FAILED: ${kind} at `));
    }
    const store = `victorialogs=${origin}/${at}`;
    const erased = await cli('erase', '--user', 'u1', file, '--store', store, '--dry-run', '--json');
    assert.deepEqual([erased.status, erased.stderr], [1, '']);
    const states = jsonLines(erased.stdout).map((one) => (one as { readonly state: string }).state);
    assert.deepEqual(states, ['found', 'not reached'], erased.stdout);
  }
});
