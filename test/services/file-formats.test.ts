// The file exporter of both engines: what each writes of the same requests in each of its formats.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { startCollector } from '../../src/collector/index.ts';
import type { OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { logsOf, protobufOf } from '../collector/samples.ts';
import { messagesIn } from '../exporters/messages-in.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { requireService } from './require-service.ts';
import { startOtelcol } from './start-otelcol.ts';

const REQUESTS = [logsOf('a', 'b'), logsOf('c'), logsOf(...Array.from({ length: 500 }, (_, n) => `n${n}`))];

const FORMATS = {
  lines: {},
  'json in zstd': { compression: 'zstd' },
  proto: { format: 'proto' },
  'proto in zstd': { format: 'proto', compression: 'zstd' },
} as const;

function configOf(endpoint: string, file: string, settings: object): object {
  return {
    receivers: { otlp: { protocols: { http: { endpoint } } } },
    exporters: { file: { path: file, ...settings } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { logs: { receivers: ['otlp'], exporters: ['file'] } },
    },
  };
}

/** Sends all requests, and ends the collector, so that everything is written. @returns the file */
async function writtenByReal(t: TestContext, settings: object, name = 'out', requests = REQUESTS) {
  const dir = path.join(tempDir(t), 'written');
  const file = path.join(dir, name);
  const endpoint = '$' + '{env:OTEL_EVENTS_HOST}:$' + '{env:OTEL_EVENTS_PORT}';
  const collector = await startOtelcol({ yaml: JSON.stringify(configOf(endpoint, file, settings)), dir });
  t.after(() => collector.kill());
  await sendAll(collector.endpoint, requests);
  await collector.stop();
  return file;
}

async function writtenByUs(t: TestContext, settings: object, name = 'out', requests = REQUESTS) {
  const file = path.join(tempDir(t), 'written', name);
  const collector = await startCollector({
    config: configOf('localhost:0', file, { create_directory: true, ...settings }),
    write: () => {},
  });
  t.after(() => collector.stop());
  await sendAll(collector.endpoint, requests);
  return file;
}

async function sendAll(endpoint: string, requests: readonly OtlpObject[]): Promise<void> {
  for (const request of requests) {
    const headers = { 'content-type': 'application/x-protobuf' };
    const body = Buffer.from(protobufOf(request));
    const response = await fetch(`${endpoint}/v1/logs`, { method: 'POST', headers, body });
    assert.equal(response.status, 200);
  }
}

type Settings = { readonly format?: string; readonly compression?: string };

/** The requests in a file as lines of JSON. Of protobuf the fields stand in another order, and empty ids may be left out. */
function linesOf(file: string, { format, compression }: Settings): string[] {
  if (format === undefined && compression === undefined)
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  return messagesIn(file).map((message) => {
    const bytes = compression === undefined ? message : zstdDecompressSync(message);
    if (format === undefined) return bytes.toString();
    return Buffer.from(OtlpRequest.read('logs', 'protobuf', bytes).json()).toString();
  });
}

for (const [name, settings] of Object.entries(FORMATS)) {
  for (const rotation of [undefined, { max_megabytes: 100 }]) {
    const how = rotation === undefined ? '' : ', rotated';
    test(`both engines write the same: ${name}${how}`, async (t) => {
      if (!requireService(t, 'otelcol')) return;
      const all = { ...settings, ...(rotation && { rotation }) };
      const [real, ours] = [await writtenByReal(t, all), await writtenByUs(t, all)];
      assert.deepEqual(linesOf(ours, settings), linesOf(real, settings));
    });
  }
}

const GROUPS = ['a', 'eu/b', './c', '../d', '../../e', 'f/../../../g', '/h', undefined, 'a', ''];

const GROUPED: readonly OtlpObject[] = GROUPS.map((group, index) => {
  const [resource] = logsOf(`n${index}`).resourceLogs as OtlpObject[];
  const attributes: OtlpObject[] =
    group === undefined ? [] : [{ key: 'team', value: { stringValue: group } }];
  return { ...resource, resource: { attributes } };
});

for (const pattern of ['*.jsonl', 'x-*.log', '*/out', 'a/../*-z']) {
  test(`both engines write the same groups to the same files: ${pattern}`, async (t) => {
    if (!requireService(t, 'otelcol')) return;
    const settings = {
      group_by: { enabled: true, resource_attribute: 'team', max_open_files: 2 },
      append: true,
    };
    const requests = [{ resourceLogs: [...GROUPED] }, { resourceLogs: GROUPED.slice(0, 2) }];
    const real = await writtenByReal(t, settings, pattern, requests);
    const ours = await writtenByUs(t, settings, pattern, requests);
    assert.deepEqual(filesIn(ours, pattern), filesIn(real, pattern));
  });
}

/** What every file of a directory holds, by its name in there. */
function filesIn(file: string, pattern: string): Record<string, string> {
  const dir = file.slice(0, -pattern.length - 1);
  const entries = readdirSync(path.dirname(dir), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'otelcol.yaml');
  const named = files.map(({ parentPath, name }) => path.join(parentPath, name)).sort();
  return Object.fromEntries(named.map((one) => [path.relative(dir, one), readFileSync(one, 'utf8')]));
}
