import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { importFile } from '../../../src/viewer/files/import-file.ts';
import { openStore } from '../../../src/viewer/store/threads/open-store.ts';
import { tempDir } from '../../harness/temp-dir.ts';
import { line } from '../../viewer/files/event-lines.ts';
import { contractServer, rowsMessage } from './contract-server.ts';
import { MAIN } from './run-cli.ts';

interface Tail {
  readonly child: ChildProcess;
  /** The names of the rows that were printed so far. */
  names(): string[];
  stderr(): string;
  /** Whether it has looked where its file ends: it makes the store for what comes behind that then. */
  hasLooked(): boolean;
}

function tail(t: TestContext, ...args: readonly string[]): Tail {
  const temporary = tempDir(t);
  const env = { ...process.env, TZ: 'UTC', TMPDIR: temporary };
  const child = spawn(process.execPath, [MAIN, 'tail', ...args, '--json'], { env });
  t.after(() => child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk;
    });
  }
  const names = (): string[] =>
    said.stdout
      .split('\n')
      .slice(0, -1)
      .map((text) => (JSON.parse(text) as { readonly name: string }).name);
  return { child, names, stderr: () => said.stderr, hasLooked: () => readdirSync(temporary).length > 0 };
}

async function until(what: () => boolean, told: () => string): Promise<void> {
  for (let round = 0; round < 1_200; round++) {
    if (what()) return;
    await setTimeout(50);
  }
  assert.fail(`it did not come: ${told()}`);
}

async function stopped({ child }: Tail): Promise<unknown> {
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  return (await ended)[0];
}

test('what is added to a file is printed as it comes, if it fits; a rotated file is followed', async (t) => {
  const log = path.join(tempDir(t), 'events.jsonl');
  const half = line({ name: 'half', severity: 17 });
  writeFileSync(log, `${line({ name: 'before', severity: 17 })}\n${half.slice(0, 80)}`);
  const tailed = tail(t, 'severity:error', log);
  const has = (...names: string[]) =>
    until(
      () => tailed.names().join() === names.join(),
      () => `${tailed.names()} ${tailed.stderr()}`,
    );
  await until(tailed.hasLooked, tailed.stderr);
  appendFileSync(
    log,
    `${half.slice(80)}\n${line({ name: 'info' }, { name: 'first', severity: 17, at: 1 })}\n`,
  );
  await has('half', 'first');
  renameSync(log, `${log}.1`);
  writeFileSync(log, `${line({ name: 'rotated', severity: 18 })}\n`);
  await has('half', 'first', 'rotated');
  assert.equal(await stopped(tailed), 0);
});

test('rows of a viewer are printed as it stores them; a lost connection is taken up behind the last row', async (t) => {
  const directory = tempDir(t);
  const log = path.join(directory, 'events.jsonl');
  writeFileSync(log, line({ name: 'a' }, { name: 'b', at: 1 }));
  const store = await openStore({ directory: path.join(directory, 'store') });
  t.after(() => store.close());
  await importFile(store, log);
  const { rows } = await store.page({ where: undefined, range: {} }, { order: 'oldest' });
  const { url, live } = await contractServer(t, store);
  const tailed = tail(t, '--url', url);
  await until(() => live.length === 1, tailed.stderr);
  const message = rowsMessage('7', rows.slice(0, 1));
  // In pieces, as networks bring it.
  live[0]?.response.write(message.slice(0, 40));
  await setTimeout(50);
  live[0]?.response.write(`${message.slice(40)}event: skipped\ndata: {"count":3}\n\n: heartbeat\n\n`);
  await until(() => tailed.names().join() === 'a', tailed.stderr);
  await until(
    () => tailed.stderr() === 'otel-events tail: 3 rows skipped: they came too fast\n',
    tailed.stderr,
  );
  live[0]?.response.destroy();
  await until(() => live.length === 2, tailed.stderr);
  assert.equal(live[1]?.lastId, '7');
  live[1]?.response.write(rowsMessage('8', rows.slice(1)));
  await until(() => tailed.names().join() === 'a,b', tailed.stderr);
  assert.equal(await stopped(tailed), 0);
});
