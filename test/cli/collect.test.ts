import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { call, openSession } from '../collector/grpc-call.ts';
import { postLoad } from '../collector/post-load.ts';
import { eventually, logsOf, namesInFile, namesSoFar, protobufOf } from '../collector/samples.ts';
import { freePort } from '../harness/free-port.ts';
import { tempDir } from '../harness/temp-dir.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const MAIN = path.join(ROOT, 'src', 'cli', 'main.ts');

const NO_PROC = process.platform !== 'linux' && 'without /proc nobody knows when it listens to signals';

const ok = (file: string, port: number | string = 0): string => `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}
exporters: {file: {path: ${JSON.stringify(file)}, append: true}}
service: {pipelines: {logs: {receivers: [otlp], exporters: [file]}}}
`;

function runToEnd(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
}

function configIn(dir: string, text: string): string {
  const file = path.join(dir, 'config.yaml');
  writeFileSync(file, text);
  return file;
}

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly exit: Promise<number | NodeJS.Signals | null>;
  readonly stderr: () => string;
}

/** Runs the command until it has said where it listens. */
async function runCollect(t: TestContext, args: readonly string[], options: object = {}): Promise<Running> {
  const child = spawn(process.execPath, [MAIN, 'collect', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  const url = await new Promise<string>((resolve, reject) => {
    void exit.then(() => reject(new Error(stderr)));
    child.stderr?.setEncoding('utf8').on('data', (chunk) => {
      stderr += chunk;
      const [, found] = /component=otlp url=(\S+)/.exec(stderr) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  return { child, url, exit, stderr: () => stderr };
}

/** Resolves when a collector that was told to end has seen it: it closes its port then, and drains its queues for seconds. */
async function hasClosed(url: string): Promise<void> {
  for (;;) {
    try {
      await (await fetch(url)).arrayBuffer();
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function send(url: string, name: string): Promise<number> {
  const body = JSON.stringify(logsOf(name));
  const response = await fetch(`${url}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  await response.arrayBuffer();
  return response.status;
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`collect runs until ${signal}, and then ends with 0`, async (t) => {
    const dir = tempDir(t);
    const file = path.join(dir, 'a.jsonl');
    const { child, url, exit } = await runCollect(t, ['--config', configIn(dir, ok(file))]);
    assert.equal(await send(url, 'a'), 200);
    child.kill(signal);
    assert.equal(await exit, 0);
    assert.deepEqual(namesInFile(file), ['a']);
  });
}

test('what was answered is in the file, even after kill -9', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'a.jsonl');
  const { child, url, exit } = await runCollect(t, ['-c', configIn(dir, ok(file))]);
  for (let index = 0; index < 20; index++) await send(url, `n${index}`);
  child.kill('SIGKILL');
  assert.equal(await exit, 'SIGKILL');
  assert.deepEqual(
    namesInFile(file),
    Array.from({ length: 20 }, (_, index) => `n${index}`),
  );
});

test('the first signal drains, the second one ends at once with 130', async (t) => {
  const dir = tempDir(t);
  const away = `http://127.0.0.1:${await freePort()}`;
  const config = configIn(
    dir,
    ok(path.join(dir, 'a'))
      .replace('{file: ', `{otlp_http: {endpoint: "${away}"}, file: `)
      .replace('[file]', '[otlp_http]'),
  );
  const { child, url, exit } = await runCollect(t, ['--config', config]);
  await send(url, 'a');
  child.kill('SIGTERM');
  await hasClosed(url);
  child.kill('SIGINT');
  assert.equal(await exit, 130);
});

test('the collector outlives whoever reads its log', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'a.jsonl');
  const config = ok(file).replace('{file: ', '{debug: , file: ').replace('[file]', '[debug, file]');
  const { child, url, exit } = await runCollect(t, ['--config', configIn(dir, config)]);
  child.stderr?.destroy();
  for (const name of ['a', 'b', 'c']) assert.equal(await send(url, name), 200);
  child.kill('SIGTERM');
  assert.equal(await exit, 0);
  assert.deepEqual(namesInFile(file), ['a', 'b', 'c']);
});

test('without --config the configuration of the package is used', async (t) => {
  const dir = tempDir(t);
  const env = {
    ...process.env,
    OTEL_EVENTS_PORT: '0',
    OTEL_EVENTS_GRPC_PORT: '0',
    OTEL_EVENTS_HEALTH_PORT: '0',
    OTEL_EVENTS_DIR: dir,
  };
  const { child, url, exit } = await runCollect(t, [], { env });
  await send(url, 'a');
  child.kill('SIGTERM');
  assert.equal(await exit, 0);
  assert.deepEqual(namesInFile(path.join(dir, 'events.jsonl')), ['a']);
});

test('with the configuration of the package a port that is in use is said, of either protocol', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  for (const name of ['OTEL_EVENTS_PORT', 'OTEL_EVENTS_GRPC_PORT']) {
    const free = { OTEL_EVENTS_PORT: '0', OTEL_EVENTS_GRPC_PORT: '0', OTEL_EVENTS_HEALTH_PORT: '0' };
    const env = { PATH: process.env.PATH, ...free, OTEL_EVENTS_DIR: tempDir(t), [name]: String(port) };
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'collect'], { encoding: 'utf8', env });
    assert.equal(status, 2);
    assert.equal(stderr, `receivers.otlp: cannot listen on 127.0.0.1:${port}: the port is in use\n`);
  }
});

test('the configuration of the package takes what stock SDKs send by default, over HTTP and gRPC', async (t) => {
  const dir = tempDir(t);
  const ports = { OTEL_EVENTS_PORT: '0', OTEL_EVENTS_GRPC_PORT: '0', OTEL_EVENTS_HEALTH_PORT: '0' };
  const { child, url, exit, stderr } = await runCollect(t, [], {
    env: { PATH: process.env.PATH, ...ports, OTEL_EVENTS_DIR: dir },
  });
  let grpcUrl = '';
  // The line of gRPC may come after the one that tells the first address.
  await eventually(() => {
    [, grpcUrl = ''] = /component=otlp\.protocols\.grpc url=(\S+)\s/.exec(stderr()) ?? [];
    return grpcUrl !== '';
  });
  const metrics = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [GAUGE] }] }] });
  const headers = { 'content-type': 'application/json' };
  assert.equal((await fetch(`${url}/v1/metrics`, { method: 'POST', headers, body: metrics })).status, 200);
  assert.equal((await call(openSession(t, grpcUrl), protobufOf(logsOf('a')))).status, '0');
  child.kill('SIGTERM');
  assert.equal(await exit, 0);
  assert.deepEqual(namesInFile(path.join(dir, 'events.jsonl')), ['a']);
  assert.match(readFileSync(path.join(dir, 'metrics.jsonl'), 'utf8'), /^{"resourceMetrics":.*"load".*}\n$/);
});

const GAUGE = { name: 'load', gauge: { dataPoints: [{ timeUnixNano: '1', asInt: '1' }] } };

test('a server that other machines reach says so', async (t) => {
  const env = {
    ...process.env,
    OTEL_EVENTS_PORT: '0',
    OTEL_EVENTS_GRPC_PORT: '0',
    OTEL_EVENTS_HEALTH_PORT: '0',
    OTEL_EVENTS_DIR: tempDir(t),
  };
  const closed = await runCollect(t, [], { env });
  const open = await runCollect(t, [], { env: { ...env, OTEL_EVENTS_HOST: '0.0.0.0' } });
  for (const { child, exit } of [closed, open]) {
    child.kill('SIGTERM');
    await exit;
  }
  assert.doesNotMatch(closed.stderr(), /addresses/);
  assert.match(open.stderr(), /component=otlp url=http:\/\/127\.0\.0\.1:\d+ addresses=all\n/);
});

test('several configurations and settings are merged', async (t) => {
  const dir = tempDir(t);
  const [base, other] = [path.join(dir, 'base.jsonl'), path.join(dir, 'other.jsonl')];
  const over = path.join(dir, 'over.yaml');
  writeFileSync(
    over,
    'exporters: {file/other: {path: a}}\nservice: {pipelines: {logs: {exporters: [file/other]}}}',
  );
  const args = [
    '--config',
    configIn(dir, ok(base)),
    '--config',
    over,
    '--set',
    `exporters.file/other.path=${other}`,
  ];
  const { child, url, exit } = await runCollect(t, args);
  assert.equal(await send(url, 'a'), 200);
  child.kill('SIGTERM');
  assert.equal(await exit, 0);
  assert.deepEqual(namesInFile(other), ['a']);

  const { status, stdout } = runToEnd('collect', '--check', ...args);
  assert.deepEqual([status, stdout], [0, `${path.join(dir, 'config.yaml')}, ${over}: valid\n`]);
  const wrong = runToEnd('collect', '--check', '--set', 'exporters');
  assert.deepEqual([wrong.status, wrong.stderr], [1, '--set: expected KEY=VALUE, and there is no =\n']);
});

test('--check tells that a configuration is valid, and starts nothing', (t) => {
  const dir = tempDir(t);
  const file = configIn(dir, ok(path.join(dir, 'missing', 'a')));
  assert.deepEqual(pick(runToEnd('collect', '--check', '--config', file)), [0, `${file}: valid\n`, '']);
});

test('an invalid configuration ends with 1 and a line for each problem', (t) => {
  const file = configIn(tempDir(t), 'receivers: {otlp: {protocols: {htp: }}}\nexporters: {kafka: }\n');
  for (const args of [['--check'], []]) {
    const { status, stdout, stderr } = runToEnd('collect', ...args, '--config', file);
    assert.deepEqual([status, stdout], [1, '']);
    assert.deepEqual(
      stderr
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(file.length)),
      [
        ':1:1: service: is missing',
        ':1:19: receivers.otlp.protocols: expected grpc, http or both',
        ':1:32: receivers.otlp.protocols.htp: unknown key; did you mean http?',
        ':2:13: exporters.kafka: only the OpenTelemetry Collector has this; run that one with the same file',
      ],
    );
  }
});

test('a configuration that cannot be read ends with 2', (t) => {
  const file = path.join(tempDir(t), 'missing.yaml');
  assert.deepEqual(pick(runToEnd('collect', '--config', file)), [2, '', `cannot read ${file}: ENOENT\n`]);
  assert.deepEqual(pick(runToEnd('collect', '--check', '--config', file)), [
    2,
    '',
    `cannot read ${file}: ENOENT\n`,
  ]);
});

test('a port in use ends with 2 and one line', async (t) => {
  const dir = tempDir(t);
  const { url } = await runCollect(t, ['--config', configIn(dir, ok(path.join(dir, 'a')))]);
  const { port } = new URL(url);
  const second = configIn(tempDir(t), ok(path.join(dir, 'b'), port));
  const message = `receivers.otlp: cannot listen on 127.0.0.1:${port}: the port is in use\n`;
  assert.deepEqual(pick(runToEnd('collect', '--config', second)), [2, '', message]);
});

test('what was received, sent, refused and dropped is printed each so often, and at the end', async (t) => {
  const dir = tempDir(t);
  const config = configIn(
    dir,
    `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
processors: {filter: {log_conditions: ['log.event_name == "b"']}}
exporters: {file: {path: ${JSON.stringify(path.join(dir, 'a'))}, append: true}, otlp_http/away: {endpoint: "http://127.0.0.1:${await freePort()}", sending_queue: {queue_size: 1}, retry_on_failure: {max_elapsed_time: 400ms, initial_interval: 50ms, max_interval: 50ms}}}
service: {pipelines: {logs: {receivers: [otlp], processors: [filter], exporters: [file, otlp_http/away]}}}
`,
  );
  const { child, url, exit } = await runCollect(t, ['--config', config, '--print-stats=100ms']);
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  assert.deepEqual([await send(url, 'a'), await send(url, 'c'), await send(url, 'b')], [200, 503, 200]);
  assert.equal((await fetch(url)).status, 404);
  await eventually(() => stdout.includes('dropped by otlp_http/away: gave_up 1'));
  child.kill('SIGTERM');
  assert.equal(await exit, 0);
  const tables = stdout.trimEnd().split('\n\n');
  assert.ok(tables.length > 2);
  assert.match(tables[0] ?? '', /^\d{4}-\d\d-\d\dT\S+Z since the start\n/);
  const [title = '', ...lines] = (tables.at(-1) ?? '').split('\n');
  assert.match(title, /Z at the end$/);
  assert.deepEqual(lines, [
    'component       taken  refused  sent  dropped  queued  /s',
    'otlp logs           2        1                          0',
    'otlp requests                1',
    'filter              3              2                    0',
    'file                1        0     1        0       0   0',
    'otlp_http/away      1        1     0        1       0   0',
    'dropped by otlp_http/away: gave_up 1',
  ]);
});

test('counts are printed each 10 s unless said otherwise, which has to be a duration', () => {
  for (const args of [
    ['--print-stats', '--check'],
    ['--print-stats=1m', '--check'],
  ])
    assert.equal(runToEnd('collect', ...args).status, 0);
  for (const wrong of ['10', 'often', '1ms', '']) {
    const { status, stderr } = runToEnd('collect', `--print-stats=${wrong}`, '--check');
    assert.equal(status, 1);
    assert.match(stderr, /^--print-stats: expected a duration such as 10s or 5m, of 100ms or more\n$/);
  }
});

test('a wrong option ends with 1', () => {
  const { status, stderr } = runToEnd('collect', '--confg', 'x');
  assert.equal(status, 1);
  assert.match(stderr, /^otel-events collect: Unknown option '--confg'/);
});

test('help and version are printed', () => {
  assert.match(runToEnd('--help').stdout, /^Usage: otel-events COMMAND.*\n {2}collect {2}/s);
  assert.match(runToEnd('collect', '--help').stdout, /--config FILE/);
  assert.match(runToEnd('--version').stdout, /^\d+\.\d+\.\d+/);
});

test('an unknown command ends with 1 and the list of commands', () => {
  for (const [args, message] of [
    [['colect'], /unknown command "colect".*\n {2}collect {2}/s],
    [[], /no command given.*\n {2}collect {2}/s],
    [['toString'], /unknown command "toString"/],
  ] as const) {
    const { status, stdout, stderr } = runToEnd(...args);
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, message);
  }
});

const pick = ({ status, stdout, stderr }: { status: number | null; stdout: string; stderr: string }) => [
  status,
  stdout,
  stderr,
];

test('a forward endpoint that the default configuration does not use is said, not passed over', async (t) => {
  const env = {
    PATH: process.env.PATH,
    OTEL_EVENTS_PORT: '0',
    OTEL_EVENTS_GRPC_PORT: '0',
    OTEL_EVENTS_HEALTH_PORT: '0',
    OTEL_EVENTS_DIR: tempDir(t),
    OTEL_EVENTS_FORWARD_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
  };
  const silent = await runCollect(t, [], { env });
  silent.child.kill('SIGTERM');
  await silent.exit;
  assert.match(silent.stderr(), /WARN OTEL_EVENTS_FORWARD_ENDPOINT is set and nothing is forwarded/);
  const forwarding = await runCollect(t, [], { env: { ...env, OTEL_EVENTS_FORWARD: 'otlp_http/forward' } });
  forwarding.child.kill('SIGTERM');
  await forwarding.exit;
  assert.doesNotMatch(forwarding.stderr(), /WARN/);
});

test('what a queue still held at the end is said, with count and exporter: when it was drained in vain, and when it was not', async (t) => {
  const away = `http://127.0.0.1:${await freePort()}`;
  const config = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
exporters: {otlp_http: {endpoint: "${away}"}}
service: {pipelines: {logs: {receivers: [otlp], exporters: [otlp_http]}}}
`;
  const file = configIn(tempDir(t), config);
  const [patient, hasty] = await Promise.all([1, 2].map(() => runCollect(t, ['--config', file])));
  for (const { url } of [patient, hasty] as Running[]) assert.equal(await send(url, 'a'), 200);
  for (const { child } of [patient, hasty] as Running[]) child.kill('SIGTERM');
  await hasClosed(hasty?.url ?? '');
  hasty?.child.kill('SIGTERM');
  assert.deepEqual([await hasty?.exit, await patient?.exit], [130, 0]);
  assert.match(hasty?.stderr() ?? '', /^\S+Z ERROR lost exporter=otlp_http count=1 reason=ended_at_once$/m);
  assert.match(
    patient?.stderr() ?? '',
    /^\S+Z ERROR lost since the start exporter=otlp_http count=1 reason=closed$/m,
  );
});

test('SIGTERM finishes the calls of gRPC that are under way: what is answered is in the file', async (t) => {
  const dir = tempDir(t);
  const file = path.join(dir, 'a.jsonl');
  const config = ok(file).replace('{http: {endpoint: "127.0.0.1:0"}}', '{grpc: {endpoint: "0.0.0.0:0"}}');
  const { child, url, exit, stderr } = await runCollect(t, ['--config', configIn(dir, config)]);
  assert.match(stderr(), /component=otlp url=http:\/\/127\.0\.0\.1:\d+ addresses=all/);
  const session = openSession(t, url);
  const answers: Promise<string | undefined>[] = [];
  // Without a pause, so that some are under way when it is told to end.
  for (let sent = 0; !session.closed && !session.destroyed; sent++) {
    const name = `event-${sent}`;
    const answer = call(session, protobufOf(logsOf(name))).catch(() => undefined);
    answers.push(answer.then((got) => (got?.status === '0' ? name : undefined)));
    if (sent === 100) child.kill('SIGTERM');
    await new Promise((resolve) => setImmediate(resolve));
  }
  const taken = (await Promise.all(answers)).filter((name) => name !== undefined);
  assert.equal(await exit, 0);
  assert.ok(taken.length > 0);
  assert.deepEqual(namesInFile(file).toSorted(), taken.toSorted());
});

test('SIGHUP reads the configuration again; a wrong one is told, line by line, and changes nothing', async (t) => {
  const dir = tempDir(t);
  const [first, second] = [path.join(dir, 'a.jsonl'), path.join(dir, 'b.jsonl')];
  const port = await freePort();
  const file = configIn(dir, ok(first, port));
  const { child, url, exit, stderr } = await runCollect(t, ['--config', file]);
  const load = postLoad(t, url);
  await eventually(() => load.taken.length > 0);
  const hangUp = async (text: string, line: string): Promise<void> => {
    writeFileSync(file, text);
    const before = stderr().split(line).length;
    child.kill('SIGHUP');
    await eventually(() => stderr().split(line).length > before);
  };
  await hangUp(
    'receivers: {otlp: {}}\nexporters: {fil: }\nservice: {pipelines: {logs: {receivers: [otlp], exporters: [file]}}}\n',
    'ERROR configuration not reloaded; the one before runs on\n',
  );
  assert.match(stderr(), / ERROR .*config\.yaml:1:19: receivers\.otlp\.protocols: is missing$/m);
  assert.match(
    stderr(),
    / ERROR .*config\.yaml:2:13: exporters\.fil: unknown exporter; did you mean file\?$/m,
  );
  await hangUp(ok(second, port), 'INFO configuration reloaded\n');
  await eventually(() => namesSoFar(second).length > 0);
  for (const signal of ['SIGHUP', 'SIGHUP', 'SIGTERM', 'SIGHUP'] as const) child.kill(signal);
  assert.equal(await exit, 0);
  await load.end();
  const written = new Set([...namesInFile(first), ...namesInFile(second)]);
  assert.deepEqual(
    load.taken.filter((name) => !written.has(name)),
    [],
  );
  // Only the stop is seen by who sends.
  assert.deepEqual(
    load.refused.filter((reason) => !/ECONNREFUSED|ECONNRESET|socket hang up/.test(reason)),
    [],
  );
});

test('SIGHUP while it starts is heard, and heeded then', { skip: NO_PROC }, async (t) => {
  const dir = tempDir(t);
  const args = ['collect', '--config', configIn(dir, ok(path.join(dir, 'a.jsonl')))];
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  // The kernel tells when somebody listens to the signal: the first bit of the signals that are caught.
  await eventually(() =>
    /^SigCgt:\s+\S*[13579bdf]$/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8')),
  );
  child.kill('SIGHUP');
  await eventually(() => stderr.includes('INFO configuration reloaded'));
  assert.match(stderr, / INFO listening component=otlp/);
});
