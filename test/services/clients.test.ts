// Clients that nobody here wrote send all three signals to both engines, with the configuration that comes with the package.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { tempDir } from '../harness/temp-dir.ts';
import { engines } from './engines.ts';
import { requirePython } from './require-python.ts';
import { requireService, serviceBinary } from './require-service.ts';

const run = promisify(execFile);
const CLIENTS = path.join(import.meta.dirname, 'clients');
const EMBEDDED = path.join(import.meta.dirname, '../../collector/embedded.yaml');
const PYTHON_SDK = {
  name: 'sdk',
  packages: [
    'opentelemetry-sdk==1.45.2',
    'opentelemetry-exporter-otlp-proto-grpc==1.45.2',
    'opentelemetry-exporter-otlp-proto-http==1.45.2',
  ],
};

/** What clients are told of a collector. */
interface Ports {
  readonly grpc: string;
  readonly http: string;
}

interface Received {
  readonly logs: readonly string[];
  readonly spans: readonly string[];
  readonly metrics: readonly string[];
}

interface Client {
  readonly name: string;
  readonly expected: Received;
  /** @returns false if it is not to be had here, which the test says */
  send(t: TestContext, ports: Ports): Promise<boolean>;
}

const ONE_EACH: Received = { logs: ['a log'], spans: ['a span'], metrics: ['a.counter'] };
const OF_20: Received = {
  logs: Array(20).fill('the message'),
  spans: [...Array(20).fill('lets-go'), ...Array(20).fill('okey-dokey-0')],
  metrics: Array(20).fill('gen'),
};

const telling = (address: string) => ({
  env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://${address}` },
});

const javascript = (protocol: 'grpc' | 'http' | 'proto'): Client => ({
  name: `the stock SDK for JavaScript, exporters ${protocol}`,
  expected: ONE_EACH,
  send: async (_, ports) => {
    const address = ports[protocol === 'grpc' ? 'grpc' : 'http'];
    await run(process.execPath, [path.join(CLIENTS, 'stock-app.ts'), protocol], telling(address));
    return true;
  },
});

const python = (protocol: 'grpc' | 'http'): Client => ({
  name: `the SDK for Python over ${protocol}`,
  expected: ONE_EACH,
  send: async (t, ports) => {
    const interpreter = requirePython(t, PYTHON_SDK);
    if (interpreter === undefined) return false;
    await run(interpreter, [path.join(CLIENTS, 'stock_app.py'), protocol], telling(ports[protocol]));
    return true;
  },
});

const telemetrygen = (protocol: 'grpc' | 'http'): Client => ({
  name: `telemetrygen over ${protocol}`,
  expected: OF_20,
  send: async (t, ports) => {
    if (!requireService(t, 'telemetrygen')) return false;
    const options = ['--otlp-insecure', '--otlp-endpoint', ports[protocol], '--rate', '0'];
    if (protocol === 'http') options.push('--otlp-http');
    for (const signal of ['logs', 'traces', 'metrics'])
      await run(serviceBinary('telemetrygen'), [signal, `--${signal}`, '20', ...options]);
    return true;
  },
});

const CLIENTS_TRIED = [
  ...(['grpc', 'http', 'proto'] as const).map(javascript),
  ...(['grpc', 'http'] as const).flatMap((protocol) => [python(protocol), telemetrygen(protocol)]),
];

for (const engine of engines) {
  for (const { name, expected, send } of CLIENTS_TRIED) {
    test(`${name}, to ${engine.name}`, async (t) => {
      if (!requireService(t, ...engine.needs)) return;
      const dir = tempDir(t);
      const running = await engine.start({ config: EMBEDDED, dir });
      t.after(() => running.stop());
      const { http, grpc } = running.ports;
      if (!(await send(t, { http: `127.0.0.1:${http}`, grpc: `127.0.0.1:${grpc}` }))) return;
      assert.deepEqual(receivedIn(dir), expected);
    });
  }
}

/** The names of what is in a collector's files. */
function receivedIn(dir: string): Received {
  const found = (file: string, pattern: RegExp): string[] =>
    [...readFileSync(path.join(dir, file), 'utf8').matchAll(pattern)].map(([, name = '']) => name);
  return {
    logs: found('events.jsonl', /"body":\{"stringValue":"([^"]*)"/g),
    spans: found('spans.jsonl', /"name":"([^"]*)","kind"/g).toSorted(),
    metrics: found('metrics.jsonl', /"name":"([^"]*)",(?:"[a-z]+":"[^"]*",)*"(?:sum|gauge)"/g),
  };
}
