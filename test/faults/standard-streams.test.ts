// `/dev/stdout` and `/dev/stderr` as the path of a file, with real pipes and files behind them.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { logsOf, namesInFile } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';

const SRC = path.join(import.meta.dirname, '../../src');
const PATHS = ['/dev/stdout', '/dev/stderr'];

/** Both ends of a pipe; a child process gets the one for writing. */
function pipeIn(dir: string): { reader: number; writer: number } {
  const fifo = path.join(dir, 'pipe');
  execFileSync('mkfifo', [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(fifo, 'w') };
}

interface Child {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** What it has written to the standard stream that is no target. */
  readonly said: () => string;
  readonly end: Promise<number | NodeJS.Signals | null>;
}

/** Runs Node with `target` as the stream that `file` names. */
function runWith(t: TestContext, file: string, target: number, args: readonly string[]): Child {
  const isOut = file === '/dev/stdout';
  const child = spawn(process.execPath, ['--no-warnings', ...args], {
    stdio: ['ignore', isOut ? target : 'pipe', isOut ? 'pipe' : target],
    env: { PATH: process.env.PATH, TEST_FILE: file },
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  closeSync(target);
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  (isOut ? child.stderr : child.stdout)?.on('data', (chunk) => {
    said += chunk;
  });
  const end = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  return { kill: (signal) => void child.kill(signal), said: () => said, end };
}

const src = pathToFileURL(SRC).href;
const logger = (after: string): string[] => [
  '--input-type=module-typescript',
  '--eval',
  `
    import { EventLogger } from '${src}/index.ts';
    import { fileExporter } from '${src}/exporters/file.ts';
    const file = process.env.TEST_FILE;
    const events = new EventLogger({ delivery: 'none', logLevel: 'none', exporters: [fileExporter({ path: file })] });
    for (let n = 0; n < 3; n++) events.log('x', { n, text: 'x'.repeat(100_000) });
    const counts = await events.close({ timeoutMs: 500 });
    (file === '/dev/stdout' ? process.stderr : process.stdout).write(JSON.stringify(counts));
    ${after}
  `,
];
const NOTHING_ACKED = { acked: 0, pending: 0, rejected: 0, dropped: 3 };

for (const file of PATHS) {
  test(`${file}, a pipe whose reader is gone: nothing counts as written, and the process ends by itself`, async (t) => {
    const { reader, writer } = pipeIn(tempDir(t));
    const child = runWith(t, file, writer, logger(''));
    closeSync(reader);
    assert.equal(await child.end, 0);
    assert.deepEqual(JSON.parse(child.said()), NOTHING_ACKED);
  });

  test(`${file}, a pipe whose reader has stalled: nothing counts as written, and process.exit() ends the process`, async (t) => {
    const { reader, writer } = pipeIn(tempDir(t));
    const child = runWith(t, file, writer, logger('setTimeout(() => process.exit(0), 100);'));
    assert.equal(await child.end, 0);
    closeSync(reader);
    assert.deepEqual(JSON.parse(child.said()), NOTHING_ACKED);
  });

  test(`${file}, a regular file: half a line of another process is kept apart, and all lines are whole`, async (t) => {
    const target = path.join(tempDir(t), 'out.jsonl');
    writeFileSync(target, 'half a line');
    const child = runWith(t, file, openSync(target, 'a'), logger(''));
    assert.equal(await child.end, 0);
    assert.deepEqual(JSON.parse(child.said()), {
      acked: 3,
      pending: 0,
      rejected: 0,
      dropped: 0,
    });
    const [half, ...lines] = readFileSync(target, 'utf8').trimEnd().split('\n');
    assert.equal(half, 'half a line');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).data.n),
      [0, 1, 2],
    );
  });
}

/** Runs a collector that writes to its standard output. */
async function collectTo(t: TestContext, dir: string, target: number): Promise<Child & { url: string }> {
  const config = path.join(dir, 'out.yaml');
  writeFileSync(
    config,
    `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
exporters: {file: {path: /dev/stdout}}
service: {pipelines: {logs: {receivers: [otlp], exporters: [file]}}}
`,
  );
  const main = path.join(SRC, 'cli', 'main.ts');
  const child = runWith(t, '/dev/stdout', target, [main, 'collect', '--config', config]);
  for (;;) {
    const [, url] = /component=otlp url=(\S+)\n/.exec(child.said()) ?? [];
    if (url !== undefined) return { ...child, url };
    await Promise.race([
      new Promise((resolve) => setTimeout(resolve, 20)),
      child.end.then(() => assert.fail(child.said())),
    ]);
  }
}

async function send(url: string, name: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(logsOf(name));
  return (await fetch(`${url}/v1/logs`, { method: 'POST', headers, body })).status;
}

test('a collector whose standard output has lost its reader answers 503, and stops as told', async (t) => {
  const dir = tempDir(t);
  const { reader, writer } = pipeIn(dir);
  const collector = await collectTo(t, dir, writer);
  assert.equal(await send(collector.url, 'a'), 200);
  closeSync(reader);
  for (let times = 0; times < 3; times++) assert.equal(await send(collector.url, 'b'), 503);
  collector.kill('SIGTERM');
  assert.equal(await collector.end, 0);
});

test('a collector whose standard output is not read answers 503, and stops as told', async (t) => {
  const dir = tempDir(t);
  const { reader, writer } = pipeIn(dir);
  const collector = await collectTo(t, dir, writer);
  assert.equal(await send(collector.url, 'x'.repeat(200_000)), 503);
  collector.kill('SIGTERM');
  assert.equal(await collector.end, 0);
  closeSync(reader);
});

test('a collector whose standard output is a regular file has in it what it has answered 200', async (t) => {
  const dir = tempDir(t);
  const target = path.join(dir, 'out.jsonl');
  const collector = await collectTo(t, dir, openSync(target, 'a'));
  for (const name of ['a', 'b']) assert.equal(await send(collector.url, name), 200);
  collector.kill('SIGTERM');
  assert.equal(await collector.end, 0);
  assert.deepEqual(namesInFile(target), ['a', 'b']);
});
