import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { logsOf, protobufOf } from '../collector/samples.ts';
import { freePort } from '../harness/free-port.ts';
import { tempDir } from '../harness/temp-dir.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
/** What users run: sources are loaded a file each, and all else of them is the same. */
const MAIN = path.join(ROOT, 'dist', 'cli', 'main.js');
const HOOK = path.join(ROOT, 'test', 'harness', 'tell-loaded.ts');

/** What a process has loaded. */
interface Loaded {
  /** Our files, by their paths below `src/`. */
  readonly modules: readonly string[];
  /** Packages of others. */
  readonly packages: readonly string[];
  /** Parts of Node.js, its own inner ones included. */
  readonly builtins: readonly string[];
}

/** Runs the built command until `work` is done with it, and tells it to end. */
async function loadedBy(
  t: TestContext,
  args: readonly string[],
  work: () => Promise<void> = async () => {},
): Promise<Loaded> {
  assert.ok(existsSync(MAIN), 'npm run build first');
  const file = path.join(tempDir(t), 'loaded.json');
  const child = spawn(process.execPath, ['--import', HOOK, MAIN, ...args], {
    env: { ...process.env, LOADED_FILE: file },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const before = said;
    said += text;
    // Once: a second signal ends it at once, and each address that it listens at is a line.
    if (!/ listening /.test(before) && / listening /.test(said))
      void work().finally(() => child.kill('SIGTERM'));
  });
  const [status] = await ended;
  assert.equal(status, 0, said);
  const { urls, builtins } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly urls: readonly string[];
    readonly builtins: readonly string[];
  };
  const files = urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
  const dist = path.join(ROOT, 'dist', path.sep);
  return {
    modules: files.filter((name) => name.startsWith(dist)).flatMap(modulesIn),
    packages: [
      ...new Set(files.flatMap((name) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1] ?? [])),
    ],
    builtins,
  };
}

/** The bundler says before each module of ours whose file it was; those that were left out as a whole are not there. */
function modulesIn(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^\/\/ ([\w/-]+\.js)$/gm)].map(([, name = '']) => name);
}

/** The folders of modules, and of components the modules themselves. */
function roomsOf({ modules }: Loaded): string[] {
  const rooms = modules.map((name) =>
    name.startsWith('collector/components/') ? path.basename(name, '.js') : path.dirname(name),
  );
  return [...new Set(rooms)].sort();
}

/** Runs a collector that takes OTLP over HTTP, until it has answered a request. */
async function collectorOf(
  t: TestContext,
  config: { receivers?: object; processors?: object } = {},
): Promise<Loaded> {
  const dir = tempDir(t);
  const port = await freePort();
  const protocols = { http: { endpoint: `127.0.0.1:${port}` }, ...config.receivers };
  const file = path.join(dir, 'collector.yaml');
  const text = {
    receivers: { otlp: { protocols } },
    processors: config.processors ?? {},
    exporters: { file: { path: path.join(dir, 'out.jsonl') } },
    service: {
      pipelines: {
        logs: { receivers: ['otlp'], processors: Object.keys(config.processors ?? {}), exporters: ['file'] },
      },
      telemetry: { metrics: { level: 'none' } },
    },
  };
  writeFileSync(file, JSON.stringify(text));
  return loadedBy(t, ['collect', '--config', file], async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body: Buffer.from(protobufOf(logsOf('one'))),
    });
    assert.equal(answer.status, 200);
  });
}

/** Of what a receiver and a file need; the settings of exporters are read for own metrics that are pushed, too. */
const LITTLE = [
  '.',
  'cli',
  'cli/output',
  'collector',
  'collector/config',
  'collector/counts',
  'collector/queue',
  'collector/telemetry',
  'exporters',
  'file-exporter',
  'otlp-grpc-exporter',
  'otlp-http-exporter',
  'otlp-receiver',
  'otlp/emitted',
  'otlp/grpc',
  'otlp/wire',
  'serve',
  'spool/disk',
];

test('a collector that takes OTLP over HTTP and writes it to a file loads nothing else', async (t) => {
  const loaded = await collectorOf(t);
  assert.deepEqual(roomsOf(loaded), LITTLE);
  assert.deepEqual(loaded.packages, []);
  const dear = ['http2', 'https', 'tls', 'worker_threads', 'sqlite', 'internal/deps/undici/undici'];
  assert.deepEqual(
    dear.filter((name) => loaded.builtins.includes(name)),
    [],
  );
});

test('a receiver of gRPC loads HTTP/2 when somebody speaks it', async (t) => {
  const loaded = await collectorOf(t, { receivers: { grpc: { endpoint: '127.0.0.1:0' } } });
  assert.deepEqual(roomsOf(loaded), [...LITTLE, 'collector/grpc'].sort());
  assert.equal(loaded.builtins.includes('http2'), false);
});

test('a processor is loaded with what it needs', async (t) => {
  const statements = ['replace_pattern(log.body, "a+", "b")'];
  const loaded = await collectorOf(t, { processors: { transform: { log_statements: statements } } });
  const rooms = roomsOf(loaded);
  assert.deepEqual(
    LITTLE.filter((name) => !rooms.includes(name)),
    [],
  );
  assert.ok(rooms.includes('transform-processor') && rooms.includes('collector/ottl'), rooms.join());
  assert.deepEqual(loaded.packages, ['re2js']);
});

test('who asks for help is told it by little more than the text', async (t) => {
  const loaded = await loadedBy(t, ['--help']);
  assert.deepEqual(roomsOf(loaded), ['.', 'cli', 'cli/output']);
  assert.deepEqual(loaded.packages, []);
});
