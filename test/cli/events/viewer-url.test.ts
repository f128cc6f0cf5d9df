import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import { importFile } from '../../../src/viewer/files/import-file.ts';
import { openStore } from '../../../src/viewer/store/threads/open-store.ts';
import { eventually, logsOf } from '../../collector/samples.ts';
import { freePort } from '../../harness/free-port.ts';
import { viewerUnderTest } from '../../viewer/api/viewer-under-test.ts';
import { ended } from '../spool-samples.ts';
import { contractServer } from './contract-server.ts';
import { commandOf, runCli } from './run-cli.ts';
import { writeShopFile } from './shop-file.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'otel-events-test-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const file = await writeShopFile(directory, 4000);
const cli = runCli(directory);

test('a viewer that runs answers as files do', async (t) => {
  const store = await openStore({ directory: path.join(directory, 'store') });
  t.after(() => store.close());
  await importFile(store, file);
  const { url } = await contractServer(t, store);
  for (const args of [
    ['query', '--user', 'u42'],
    ['query', '--limit', '1500', '--json'],
    ['query', 'name:payment.failed', '--count'],
    ['query', '--by', 'name', '--limit', '3', '--stats', 'avg,max:total', '--over', '1m'],
    ['query', '--funnel', 'page.viewed,checkout.completed', '--per', 'session', '--within', '90m'],
    ['query', '--funnel', 'page.viewed,cart.item_added', '--split', 'path'],
    ['export', '--csv', 'kind:event'],
  ]) {
    const [asked, read] = [await cli(...args, '--url', url), await cli(...args, file)];
    assert.notEqual(asked.stdout, '', asked.stderr);
    assert.deepEqual(asked, read);
  }
  const { stderr } = await cli('query', '--by', 'kind', '--url', url);
  assert.match(
    stderr,
    /^otel-events query: 3999 of 4000 rows were looked at; if time was up, narrow the range/,
  );
});

test('where no viewer is, or it refuses, that is said', async (t) => {
  const url = `http://127.0.0.1:${await freePort()}`;
  for (const args of [['query'], ['tail'], ['export', '--json']]) {
    const { status, stdout, stderr } = await cli(...args, '--url', url);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(
      stderr,
      /STORE_FAILED: http:\S+: ECONNREFUSED \(no viewer listens there; name files, or a --url\)\n$/,
    );
  }
  const wrong = await cli('query', '--url', 'localhost:4319');
  assert.deepEqual([wrong.status, /--url: wanted as in http:/.test(wrong.stderr)], [1, true], wrong.stderr);
  const store = await openStore({ directory: path.join(directory, 'empty') });
  t.after(() => store.close());
  const server = await contractServer(t, store);
  const { status, stderr } = await cli('query', '--funnel', 'a', '--url', server.url);
  assert.deepEqual(
    [status, /OPTION_INVALID: --funnel: 2 to 10 steps wanted, got 1/.test(stderr)],
    [1, true],
    stderr,
  );
});

const TOKEN = 'token-of-a-viewer-1';

test('a viewer with a token is asked with it, from wherever it is given, and says what is missing', async (t) => {
  const { url, store } = await viewerUnderTest(t, { token: TOKEN });
  await importFile(store, file);
  const count = ['query', 'name:payment.failed', '--count'];
  const { stdout: expected } = await cli(...count, file);
  for (const args of [
    ['--url', url, '--token', TOKEN],
    ['--url', `${url}/?token=${TOKEN}`],
  ])
    assert.deepEqual(await cli(...count, ...args), { status: 0, stdout: expected, stderr: '' });
  const { stdout: csv } = await cli('export', '--csv', 'name:payment.failed', file);
  const exported = await cli('export', '--csv', 'name:payment.failed', '--url', url, '--token', TOKEN);
  assert.deepEqual([exported.status, exported.stdout], [0, csv]);
  process.env.OTEL_EVENTS_TOKEN = TOKEN;
  t.after(() => delete process.env.OTEL_EVENTS_TOKEN);
  assert.equal((await runCli(directory)(...count, '--url', url)).stdout, expected);
  delete process.env.OTEL_EVENTS_TOKEN;
  for (const name of ['query', 'tail']) {
    for (const [args, said] of [
      [
        [],
        /OPTION_INVALID: http:\S+: it wants a token \(the viewer printed it .*--token, or OTEL_EVENTS_TOKEN\)\n$/,
      ],
      [['--token', 'another-token'], /OPTION_INVALID: http:\S+: that is not its token \(/],
      [['--token', 'a b'], /OPTION_INVALID: the token: letters, digits/],
    ] as const) {
      const { status, stdout, stderr } = await cli(name, '--url', url, ...args);
      assert.deepEqual([status, stdout], [1, ''], stderr);
      assert.match(stderr, said);
      assert.ok(!stderr.includes('another-token'));
    }
  }
  const files = await cli('query', file, '--token', TOKEN);
  assert.deepEqual([files.status, /--token: only a viewer/.test(files.stderr)], [1, true], files.stderr);
});

test('a follower ends when the viewer that comes back wants another token', async (t) => {
  const store = await openStore({ directory: path.join(directory, 'followed') });
  t.after(() => store.close());
  const port = await freePort();
  const address = { host: 'localhost', port };
  const first = await viewerUnderTest(t, { store, address, token: TOKEN });
  const { env, args } = commandOf(directory, 'tail', '--url', first.url, '--token', TOKEN);
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const followed = ended(child);
  let isFollowing = false;
  child.stdout.once('data', () => {
    isFollowing = true;
  });
  await eventually(async () => {
    await store.ingest(OtlpRequest.from('logs', logsOf('seen')));
    return isFollowing;
  });
  await first.close();
  await viewerUnderTest(t, { store, address, token: `${TOKEN}2` });
  const { status, stderr } = await followed;
  assert.deepEqual([status, /that is not its token/.test(stderr)], [1, true], stderr);
});
