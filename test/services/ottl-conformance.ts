import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { startCollector } from '../../src/collector/index.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { startOtelcol } from './start-otelcol.ts';

type Json = { [name: string]: Json } | Json[] | string | number | boolean | null;
export type Processors = Readonly<Record<string, object>>;

/** What each engine leaves of the same request with the same processors, in the order of its resources. */
export interface Outcome {
  readonly real: readonly Json[];
  readonly embedded: readonly Json[];
}

/** Runs one request through both engines. */
export async function throughBoth(
  t: TestContext,
  signal: 'logs' | 'traces' | 'metrics',
  processors: Processors,
  request: object,
): Promise<Outcome> {
  const embedded = await throughEmbedded(t, signal, processors, request);
  const real = await throughReal(t, signal, processors, request);
  return { real, embedded };
}

async function throughReal(
  t: TestContext,
  signal: string,
  processors: Processors,
  request: object,
): Promise<Json[]> {
  const dir = tempDir(t);
  const file = path.join(dir, 'out.jsonl');
  const endpoint = '$' + '{env:OTEL_EVENTS_HOST}:$' + '{env:OTEL_EVENTS_PORT}';
  const yaml = stringify(configuration(signal, endpoint, escaped(processors), file));
  const collector = await startOtelcol({ yaml, dir });
  t.after(() => collector.kill());
  await post(`${collector.endpoint}/v1/${signal}`, request);
  return itemsIn(file);
}

async function throughEmbedded(
  t: TestContext,
  signal: string,
  processors: Processors,
  request: object,
): Promise<Json[]> {
  const file = path.join(tempDir(t), 'out.jsonl');
  const config = configuration(signal, 'localhost:0', escaped(processors), file);
  const collector = await startCollector({ config, write: () => {} });
  t.after(() => collector.stop());
  await post(`${collector.endpoint}/v1/${signal}`, request);
  return itemsIn(file);
}

function configuration(signal: string, endpoint: string, processors: object, file: string): object {
  return {
    receivers: { otlp: { protocols: { http: { endpoint } } } },
    processors,
    exporters: { file: { path: file, rotation: { max_megabytes: 100 } } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: {
        [signal]: { receivers: ['otlp'], processors: Object.keys(processors), exporters: ['file'] },
      },
    },
  };
}

/** In configurations a `$` begins a variable. */
function escaped(processors: Processors): Processors {
  return JSON.parse(JSON.stringify(processors).replaceAll('$', '$$$$')) as Processors;
}

async function post(url: string, request: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(request) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
}

/** `ResourceLogs` or `ResourceSpans`, in one normal form: the order of attributes says nothing. */
async function itemsIn(file: string): Promise<Json[]> {
  for (let tries = 0; tries < 100; tries++) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text.endsWith('\n')) {
      const requests = text.split('\n').filter((line) => line !== '');
      return requests.flatMap(
        (line) => normal(Object.values(JSON.parse(line) as object)[0] as Json) as Json[],
      );
    }
    await sleep(50);
  }
  return [];
}

function normal(json: Json): Json {
  if (Array.isArray(json)) {
    const items = json.map(normal);
    const isMap = items.every((item) => item !== null && typeof item === 'object' && 'key' in item);
    return isMap ? items.sort((left, right) => (keyIn(left) < keyIn(right) ? -1 : 1)) : items;
  }
  if (json === null || typeof json !== 'object') return json;
  const names = Object.keys(json).sort();
  return Object.fromEntries(names.map((name) => [name, normal(json[name] as Json)]));
}

function keyIn(item: Json): string {
  return (item as { key: string }).key;
}

/** An `AnyValue` of what is written in JavaScript. */
export function anyValue(value: unknown): object {
  if (value === null) return {};
  if (typeof value === 'string') return /^\d{19}$/.test(value) ? { intValue: value } : { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { intValue: `${value}` } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  const { bytes, double } = value as { bytes?: string; double?: number };
  if (bytes !== undefined) return { bytesValue: bytes };
  return double === undefined
    ? { kvlistValue: { values: keyValues(value as object) } }
    : { doubleValue: double };
}

export function keyValues(object: object): object[] {
  return Object.entries(object).map(([key, value]) => ({ key, value: anyValue(value) }));
}
