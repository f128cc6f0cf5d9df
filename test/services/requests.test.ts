// The same requests to both engines: what each answers, and what each has in its file then.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { request as open } from 'node:http';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { startCollector } from '../../src/collector/index.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { documentedIn } from './documented-in.ts';
import { REQUEST_CASES, type RequestCase } from './request-cases.ts';
import { requireService } from './require-service.ts';
import { startOtelcol } from './start-otelcol.ts';

/** What an engine made of a request. */
interface Outcome {
  readonly status: number;
  /** The line of its file; of one that came as JSON, read: doubles may be written in two ways. */
  readonly line: unknown;
}

interface Engine {
  readonly endpoint: string;
  readonly file: string;
}

const SIGNALS = ['logs', 'traces', 'metrics'];

function configOf(endpoint: string, file: string): object {
  const pipeline = { receivers: ['otlp'], exporters: ['file'] };
  return {
    receivers: { otlp: { protocols: { http: { endpoint } } } },
    exporters: { file: { path: file, rotation: { max_megabytes: 100 } } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: Object.fromEntries(SIGNALS.map((signal) => [signal, pipeline])),
    },
  };
}

async function startReal(t: TestContext): Promise<Engine> {
  const dir = tempDir(t);
  const file = path.join(dir, 'out.jsonl');
  const endpoint = '$' + '{env:OTEL_EVENTS_HOST}:$' + '{env:OTEL_EVENTS_PORT}';
  const collector = await startOtelcol({ yaml: stringify(configOf(endpoint, file)), dir });
  t.after(() => collector.kill());
  return { endpoint: collector.endpoint, file };
}

async function startEmbedded(t: TestContext): Promise<Engine> {
  const file = path.join(tempDir(t), 'out.jsonl');
  const collector = await startCollector({ config: configOf('localhost:0', file), write: () => {} });
  t.after(() => collector.stop());
  return { endpoint: collector.endpoint, file };
}

async function outcomeOf({ endpoint, file }: Engine, one: RequestCase): Promise<Outcome> {
  const before = contentOf(file).length;
  const status = await post(endpoint, one);
  // Neither writes later than it answers; of a refusal nothing is to come.
  for (let tries = 0; status === 200 && tries < 3; tries++) {
    if (contentOf(file).length > before) break;
    await sleep(10);
  }
  const line = contentOf(file).subarray(before).toString().trimEnd();
  const isProtobuf = one.headers['content-type']?.includes('protobuf') === true;
  return { status, line: line === '' || isProtobuf ? line : JSON.parse(line) };
}

/** The real one makes its file with the first line. */
function contentOf(file: string): Buffer {
  return existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
}

/** Not `fetch`: it mends paths, and sets what is not given. */
function post(endpoint: string, { path: place, method, headers, body }: RequestCase): Promise<number> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const options = { hostname, port, path: place, method, agent: false };
    open({ ...options, headers: { ...headers, 'content-length': bytes.length } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    })
      .on('error', reject)
      .end(bytes);
  });
}

test('both engines make the same of the same requests, but for what is documented', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const [real, embedded] = [await startReal(t), await startEmbedded(t)];
  const differing: string[] = [];
  for (const one of REQUEST_CASES) {
    const [there, here] = [await outcomeOf(real, one), await outcomeOf(embedded, one)];
    try {
      assert.deepEqual(here, there);
    } catch {
      differing.push(one.name);
      t.diagnostic(`${one.name}: here ${JSON.stringify(here)}, there ${JSON.stringify(there)}`);
    }
  }
  t.diagnostic(`${REQUEST_CASES.length} requests, ${differing.length} differ`);
  assert.equal(
    new Set(REQUEST_CASES.map(({ name }) => name)).size,
    REQUEST_CASES.length,
    'names are told apart',
  );
  assert.deepEqual(differing.toSorted(), documentedIn('differences').toSorted());
  assert.ok(differing.length <= 15);
});
