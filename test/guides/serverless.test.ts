// The code in docs/serverless.md, run where it is frozen and stopped as its platform does it.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Lambda } from '../harness/lambda.ts';
import { OtlpSink } from '../harness/otlp-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { withOwn } from './read-guide.ts';

const root = path.join(import.meta.dirname, '..', '..');
const text = readFileSync(path.join(root, 'docs', 'serverless.md'), 'utf8');
let count = 0;

/** The one block with this info string, as a file in the project: `otel-events` is the built package there. */
function fileOf(t: TestContext, info: string, own: Readonly<Record<string, string>> = {}): string {
  const [, code = ''] = new RegExp(`^\`\`\`js ${info}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text) ?? [];
  assert.notEqual(code, '', `the block ${info}`);
  return written(t, withOwn(code, own));
}

function written(t: TestContext, code: string): string {
  const file = path.join(root, `serverless-${process.pid}-${count++}.tmp.mjs`);
  writeFileSync(file, code);
  t.after(() => rmSync(file));
  return file;
}

function orders(sink: OtlpSink): unknown[] {
  return sink.records.map(({ attributes }) => attributes.order);
}

test('Lambda: each invocation delivers its own events before it is frozen', async (t) => {
  await using sink = await OtlpSink.open();
  const file = fileOf(t, 'lambda', { '/tmp/otel-events': path.join(tempDir(t), 'spool') });
  await using lambda = new Lambda(file, { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
  for (let order = 1; order <= 3; order++) {
    assert.deepEqual((await lambda.invoke({ order })).answer, { statusCode: 204 });
    assert.deepEqual(orders(sink), [1, 2, 3].slice(0, order));
  }
  assert.equal(lambda.stderr, '');
});

test('Lambda: a connection that the collector closed meanwhile costs nothing', async (t) => {
  await using sink = await OtlpSink.open();
  const file = fileOf(t, 'lambda', { '/tmp/otel-events': path.join(tempDir(t), 'spool') });
  await using lambda = new Lambda(file, { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
  for (let order = 1; order <= 4; order++) {
    await lambda.invoke({ order });
    assert.deepEqual(orders(sink), [1, 2, 3, 4].slice(0, order));
    // Ends all connections while the process is frozen.
    await sink.goAway();
    await sink.comeBack();
  }
  assert.equal(lambda.stderr, '');
});

test('Lambda: while the collector is away invocations are short; the first one after it delivers all', async (t) => {
  await using sink = await OtlpSink.open();
  const file = fileOf(t, 'lambda', { '/tmp/otel-events': path.join(tempDir(t), 'spool') });
  await using lambda = new Lambda(file, { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
  await lambda.invoke({ order: 1 });
  await sink.goAway();
  for (const order of [2, 3]) {
    const { ms } = await lambda.invoke({ order });
    assert.ok(ms < 6000, `${ms} ms`);
  }
  await sink.comeBack();
  await lambda.invoke({ order: 4 });
  assert.deepEqual(orders(sink), [1, 2, 3, 4]);
  assert.match(lambda.stderr, /1 events wait for the collector/);
});

test('Lambda: what a runtime that died left in /tmp, the next one delivers', async (t) => {
  await using sink = await OtlpSink.open();
  await sink.goAway();
  const file = fileOf(t, 'lambda', { '/tmp/otel-events': path.join(tempDir(t), 'spool') });
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
  {
    await using first = new Lambda(file, env);
    await first.invoke({ order: 1 });
  }
  await sink.comeBack();
  await using second = new Lambda(file, env);
  await second.invoke({ order: 2 });
  assert.deepEqual(orders(sink), [1, 2]);
});

/** How a process ended that was asked to end. */
interface Stopped {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly ms: number;
}

/** Asks a process to end, and makes it after `killMs`: what `docker stop`, Cloud Run and pm2 do. */
async function stop(child: ChildProcess, signal: NodeJS.Signals, killMs: number): Promise<Stopped> {
  const start = performance.now();
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const kill = setTimeout(() => child.kill('SIGKILL'), killMs);
  child.kill(signal);
  const [code, by] = await closed;
  clearTimeout(kill);
  return { code, signal: by, ms: performance.now() - start };
}

/** A collector that takes a while for each request. */
async function slowSink(
  t: TestContext,
  ms: number,
): Promise<{ readonly url: string; readonly done: () => number }> {
  let done = 0;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', async () => {
      await sleep(ms, undefined, { ref: false });
      if (request.socket.destroyed) return;
      if (request.url === '/v1/logs') done++;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, done: () => done };
}

/** Starts a program and waits for its first line. */
async function start(
  t: TestContext,
  file: string,
  env: Readonly<Record<string, string>>,
  wrapper: readonly string[] = [],
): Promise<ChildProcess> {
  const [command = '', ...args] = [...wrapper, process.execPath, '--no-warnings', file];
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout ?? assert.fail(), 'data');
  return child;
}

/** An app that does nothing about signals itself. */
const PLAIN = `
  import { EventLogger } from 'otel-events';
  const events = new EventLogger({ app: { name: 'shop' }, spool: process.env.SPOOL });
  events.log('a');
  setInterval(() => {}, 1000);
  console.log('ready');`;

/** The block of Cloud Run; it says when it listens, and where. */
function cloudRun(t: TestContext): string {
  return fileOf(t, 'cloud-run', {
    'process.once(': "server.on('listening', () => console.log(server.address().port));\nprocess.once(",
    // Then the event is still on its way when the signal comes.
    'await events.flush({ timeoutMs: 1000 });': '',
  });
}

test('Cloud Run: at SIGTERM what is pending is delivered within the ten seconds, and the process ends', async (t) => {
  const { url, done } = await slowSink(t, 3000);
  const child = spawn(process.execPath, ['--no-warnings', cloudRun(t)], {
    env: { PATH: process.env.PATH, OTEL_EXPORTER_OTLP_ENDPOINT: url, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [port] = await once(child.stdout, 'data');
  assert.equal(await (await fetch(`http://127.0.0.1:${Number(port)}/`)).text(), 'ok\n');
  assert.equal(done(), 0, 'it is still on its way');
  const { code } = await stop(child, 'SIGTERM', 10_000);
  assert.deepEqual([code, done()], [0, 1]);
});

test('Docker: process 1 delivers at SIGTERM and lives on; with a handler, or not being process 1, it ends', async (t) => {
  const asFirst = ['unshare', '--pid', '--fork', '--kill-child'];
  if (!canUnshare()) return t.skip('this user may not make pid namespaces');
  const { url, done } = await slowSink(t, 200);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: url, PORT: '0' };
  const lone = await start(t, written(t, PLAIN), env);
  assert.deepEqual((await stop(lone, 'SIGTERM', 10_000)).signal, 'SIGTERM');
  assert.equal(done(), 1);

  const first = await start(t, written(t, PLAIN), env, asFirst);
  const inside = childOf(first);
  process.kill(inside, 'SIGTERM');
  while (done() < 2) await sleep(20);
  await sleep(500);
  assert.equal(first.exitCode, null, 'process 1 is still there');
  first.kill('SIGKILL');

  const handled = await start(t, cloudRun(t), env, asFirst);
  const ended = once(handled, 'close');
  process.kill(childOf(handled), 'SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});

test('pm2: its 1.6 s are too short for a collector that takes three, and the kill_timeout shown is not', async (t) => {
  const { url, done } = await slowSink(t, 3000);
  const file = written(t, PLAIN);
  const [, shown] = /kill_timeout: (\d+)/.exec(text) ?? [];
  const stopped = async (killMs: number, env = {}): Promise<Stopped> =>
    stop(await start(t, file, { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env }), 'SIGINT', killMs);
  assert.equal((await stopped(1600)).signal, 'SIGKILL');
  assert.equal(done(), 0);
  assert.equal((await stopped(Number(shown))).signal, 'SIGINT');
  assert.equal(done(), 1);
});

test('pm2: with a spool the process that is started next delivers what was left', async (t) => {
  const SPOOL = path.join(tempDir(t), 'spool');
  const file = written(t, PLAIN);
  const hung = await slowSink(t, 60_000);
  const first = await start(t, file, { OTEL_EXPORTER_OTLP_ENDPOINT: hung.url, SPOOL });
  assert.equal((await stop(first, 'SIGINT', 1600)).signal, 'SIGKILL');
  await using sink = await OtlpSink.open();
  const second = await start(t, file, { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, SPOOL });
  await sink.until(() => sink.records.length >= 2);
  await stop(second, 'SIGINT', 8000);
  assert.equal(sink.records.length, 2);
});

function canUnshare(): boolean {
  return spawnSync('unshare', ['--pid', '--fork', '--kill-child', 'true']).status === 0;
}

/** The one child of a process: `unshare --fork` has the program as such. */
function childOf({ pid }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
}
