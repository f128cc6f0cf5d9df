import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { reachedAt } from '../../src/serve/reached-at.ts';
import { logsOf } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { ask } from '../viewer/api/viewer-under-test.ts';

const MAIN = path.join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const PORTS = { OTEL_EVENTS_PORT: '0', OTEL_EVENTS_GRPC_PORT: '0' };

/** Runs the command until it has said where the page is. */
async function runView(t: TestContext, args: readonly string[], env: Record<string, string> = {}) {
  const cwd = tempDir(t);
  const child = spawn(process.execPath, [MAIN, 'view', ...args], {
    cwd,
    env: { ...process.env, ...PORTS, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  let said = '';
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (part) => {
    complaints += part;
  });
  await new Promise<void>((resolve, reject) => {
    void exit.then(() => reject(new Error(complaints)));
    child.stdout.setEncoding('utf8').on('data', (part) => {
      said += part;
      if (said.includes('files')) resolve();
    });
  });
  const place = (name: string): string => new RegExp(`^ {2}${name} +(\\S+)`, 'm').exec(said)?.[1] ?? '';
  const told = (): string => complaints;
  return {
    child,
    exit,
    cwd,
    said,
    complaints: told,
    page: place('page'),
    otlp: place('OTLP in'),
    files: place('files'),
  };
}

function runToEnd(...args: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, 'view', ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...PORTS },
  });
}

async function send(url: string, name: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(logsOf(name));
  return (await fetch(`${url}/v1/logs`, { method: 'POST', headers, body })).status;
}

test('view takes events, shows them, and ends with 0 when it is told to', async (t) => {
  const { child, exit, cwd, said, page, otlp, files } = await runView(t, ['--port', '0']);
  assert.equal(files, path.join(cwd, 'otel-events-data', 'viewer'));
  for (const line of said.split('\n').filter((one) => !one.includes(cwd))) assert.ok(line.length <= 80, line);
  assert.equal(await send(otlp, 'order.paid'), 200);
  const { json } = await ask(`${page}/api/events`);
  assert.deepEqual(
    json.rows.map(({ name }: { name: string }) => name),
    ['order.paid'],
  );
  assert.match((await ask(page)).text, /<div id="page">/);
  // A page that is open does not keep it.
  const live = await fetch(`${page}/api/live`);
  assert.equal(live.status, 200);
  child.kill('SIGINT');
  await assert.rejects(live.text());
  assert.equal(await exit, 0);
});

test('beyond this machine the printed address has the token', async (t) => {
  const { page } = await runView(t, ['--port', '0', '--host', '0.0.0.0', '--directory', 'events']);
  const { origin, searchParams } = new URL(page);
  assert.equal((await ask(`${origin}/api/events`)).status, 401);
  const headers = { authorization: `Bearer ${searchParams.get('token')}` };
  assert.equal((await ask(`${origin}/api/events`, { headers })).status, 200);
  const given = await runView(t, ['--port', '0'], { OTEL_EVENTS_VIEWER_TOKEN: 'correct-horse-battery' });
  assert.match(given.page, /\?token=correct-horse-battery$/);
});

test('on every address those of the machine are printed as well, each with the token', async (t) => {
  const { said } = await runView(t, ['--port', '0', '--host', '0.0.0.0', '--directory', 'events']);
  const pages = [...said.matchAll(/^ {2}page +(\S+)$/gm)].map(([, page = '']) => new URL(page));
  const [own] = pages;
  const others = reachedAt(own?.origin ?? '', '0.0.0.0');
  assert.deepEqual(
    pages.map(({ origin }) => origin),
    others,
  );
  for (const { searchParams } of pages)
    assert.equal(searchParams.get('token'), own?.searchParams.get('token'));
});

test('directories that are not there, and files that are damaged, are told at the start', async (t) => {
  const store = tempDir(t);
  const file = path.join(store, 'events-000000000000.db');
  writeFileSync(file, 'no file of SQLite');
  const args = ['--port', '0', '--directory', store, '--schemas', 'none', '--quarantine', file];
  const { complaints } = await runView(t, args);
  assert.match(complaints(), /events-000000000000\.db is damaged, rows are missing: /);
  assert.match(complaints(), /schemas: there is no directory none \(it is read as soon as it is there\)/);
  assert.match(complaints(), /quarantine: .*\.db is no directory /);
});

test('a quarantine that is not there yet is nothing to tell: nobody has put anything into it', async (t) => {
  const base = tempDir(t);
  const args = [
    '--port',
    '0',
    '--directory',
    path.join(base, 'store'),
    '--quarantine',
    path.join(base, 'no'),
  ];
  const { child, complaints } = await runView(t, args);
  child.kill('SIGTERM');
  await once(child, 'close');
  assert.equal(complaints(), '');
});

test('agents are answered when --mcp says so, where the output tells it', async (t) => {
  const { said, page } = await runView(t, ['--port', '0', '--mcp']);
  const [, mcp = ''] = /^ {2}MCP +(\S+)$/m.exec(said) ?? [];
  assert.equal(mcp, `${page}/mcp`);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const headers = { 'content-type': 'application/json' };
  assert.equal((await fetch(mcp, { method: 'POST', headers, body })).status, 200);
});

test("a collector's configuration is run instead, if it has a viewer", async (t) => {
  const dir = tempDir(t);
  const config = (exporter: string): string => {
    const file = path.join(dir, `${exporter}.yaml`);
    writeFileSync(
      file,
      `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
exporters: {viewer: {endpoint: "localhost:0", directory: ${JSON.stringify(path.join(dir, 'v'))}}, nop: {}}
service: {pipelines: {logs: {receivers: [otlp], exporters: [${exporter}]}}}
`,
    );
    return file;
  };
  const { otlp, page } = await runView(t, ['--config', config('viewer')]);
  assert.equal(await send(otlp, 'a'), 200);
  assert.equal((await ask(`${page}/api/events`)).json.rows.length, 1);
  const none = runToEnd('--config', config('nop'));
  assert.deepEqual([none.status, none.stdout], [1, '']);
  assert.match(none.stderr, /no pipeline has an exporter of type viewer/);
});

test('what cannot be is told in a line, before anything is opened', () => {
  for (const [args, expected] of [
    [['--port', 'x'], /exporters\.viewer\.endpoint/],
    [['--config', 'a.yaml', '--port', '1'], /--port: the configuration says that/],
    [['--prot', '1'], /did you mean --port\?/],
    [['more'], /nothing but options/],
  ] as const) {
    const { status, stderr, stdout } = runToEnd(...args);
    assert.deepEqual([status, stdout], [1, ''], stderr);
    assert.match(stderr, expected);
  }
  const { stdout } = runToEnd('--help');
  assert.ok(stdout.split('\n').every((line) => line.length <= 80));
});
