import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { freePort } from '../../src/cli/demo/free-port.ts';
import { runNode } from '../harness/run-node.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { ask } from '../viewer/api/viewer-under-test.ts';

const CLI = path.join(import.meta.dirname, '..', '..', 'src', 'cli');
const MAIN = path.join(CLI, 'main.ts');

/** A row of the account: events and spans. */
function countsIn(text: string, name: string): readonly number[] {
  const [, events = '', spans = ''] = new RegExp(`^ {2}${name} +([\\d,]+) +([\\d,]+) `, 'm').exec(text) ?? [];
  return [events, spans].map((count) => Number(count.replaceAll(',', '')));
}

test('without a terminal the demo counts what it told, and it is all there; nothing stays behind', (t) => {
  const tmp = tempDir(t);
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'demo', '--port', '0'], {
    encoding: 'utf8',
    // An app's own settings are not those of the shop.
    env: { PATH: process.env.PATH, TMPDIR: tmp, OTEL_SDK_DISABLED: 'true', OTEL_SERVICE_NAME: 'mine' },
  });
  assert.deepEqual([status, stderr], [0, '']);
  const [emitted = 0, emittedSpans = 0] = countsIn(stdout, 'emitted');
  const [quarantined = 0] = countsIn(stdout, 'quarantined');
  assert.ok(emitted > 5000 && emittedSpans > 1000 && quarantined > 0, stdout);
  for (const name of ['acked', 'stored'])
    assert.deepEqual(countsIn(stdout, name), [emitted - quarantined, emittedSpans]);
  assert.deepEqual(countsIn(stdout, 'lost'), [0, 0]);
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  assert.deepEqual(readdirSync(tmp), []);
});

test('a second run in a directory adds to the first: files and store have both, and schemas are declared', (t) => {
  const directory = path.join(tempDir(t), 'demo');
  const run = (): number => {
    const args = [MAIN, 'demo', '--port', '0', '--directory', directory];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
    return countsIn(stdout, 'stored')[0] ?? 0;
  };
  const stored = run() + run();
  const lines = readFileSync(path.join(directory, 'events.jsonl'), 'utf8');
  assert.equal(lines.match(/"eventName"/g)?.length, stored);
  assert.deepEqual(readdirSync(path.join(directory, 'schemas')).sort(), [
    'cart.item_added.json',
    'order.paid.json',
    'product.viewed.json',
  ]);
});

test('an order that is acknowledged and not stored is counted as lost, and the status is 1', async (t) => {
  const url = (file: string): string => JSON.stringify(pathToFileURL(path.join(CLI, 'demo', file)).href);
  const { code, stdout, stderr } = await runNode(
    `import { demoConfig } from ${url('demo-config.ts')};
    import { runDemo } from ${url('run-demo.ts')};
    const losing = (places) => {
      const config = demoConfig(places);
      const { logs } = config.service.pipelines;
      return {
        ...config,
        processors: { filter: { logs: { log_record: ['attributes["order"] != nil'] } } },
        service: { pipelines: { ...config.service.pipelines, logs: { ...logs, processors: ['filter'] } } },
      };
    };
    process.exitCode = await runDemo({ port: 0, directory: ${JSON.stringify(tempDir(t))}, isLive: false, config: losing });`,
  );
  assert.deepEqual([code, stderr], [1, ''], stdout);
  const [acked = 0] = countsIn(stdout, 'acked');
  const [stored = 0] = countsIn(stdout, 'stored');
  const [lost = 0, lostSpans] = countsIn(stdout, 'lost');
  assert.ok(lost > 100 && acked - stored === lost, stdout);
  assert.equal(lostSpans, 0);
});

test('on a terminal it says where the page is, goes on until Ctrl+C, and then counts', async (t) => {
  if (spawnSync('script', ['--version']).status !== 0) {
    t.skip('there is no script(1), which makes terminals');
    return;
  }
  // The port that it would take is taken.
  const other = createServer().listen(0, 'localhost');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as { port: number };
  const directory = path.join(tempDir(t), 'demo');
  const args = ['demo', '--port', String(port), '--directory', directory];
  const command = `stty cols 80; exec '${process.execPath}' --no-warnings '${MAIN}' ${args.join(' ')}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    said += part;
  });
  const within = async <T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> => {
    for (let waitedMs = 0; ; waitedMs += 100) {
      const found = await look();
      if (found !== undefined) return found;
      assert.ok(waitedMs < 120_000 && child.exitCode === null, `${what}: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const page = await within('the page', () => /page +(http:\S+)\r/.exec(said)?.[1]);
  assert.notEqual(Number(new URL(page).port), port);
  const count = async (): Promise<number> => (await ask(`${page}/api/status`)).json.rows;
  const before = await count();
  assert.ok(before > 5000);
  await within('more events', async () => ((await count()) > before ? true : undefined));
  child.stdin.write('\u0003');
  const [status] = await once(child, 'exit');
  assert.equal(status, 0, said);
  assert.deepEqual(countsIn(said.replaceAll('\r', ''), 'lost'), [0, 0]);
  for (const line of said.split(/[\r\n]+/)) assert.ok(line.length <= 80, line);
  assert.ok(existsSync(path.join(directory, 'events.jsonl')));
});

test('a signal while it makes things up ends it too: what was told is counted, and nothing stays behind', async (t) => {
  const tmp = tempDir(t);
  const child = spawn(process.execPath, [MAIN, 'demo', '--port', '0'], {
    env: { PATH: process.env.PATH, TMPDIR: tmp },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    if (said === '') child.kill('SIGINT');
    said += part;
  });
  const [status] = await once(child, 'exit');
  assert.equal(status, 0, said);
  assert.ok((countsIn(said, 'stored')[0] ?? Number.NaN) < 5000, said);
  assert.deepEqual(countsIn(said, 'lost'), [0, 0]);
  assert.deepEqual(readdirSync(tmp), []);
});

test('where no port is free, it says so and how to choose another one', async (t) => {
  const other = createServer().listen(65_535, 'localhost');
  await once(other, 'listening');
  t.after(() => other.close());
  await assert.rejects(freePort(65_535), {
    code: 'COLLECTOR_START_FAILED',
    message: 'ports 65535 to 65535 of this machine are in use (choose another one with --port)',
  });
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
