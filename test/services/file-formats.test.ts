// The file exporter of both engines: what each writes of the same requests in each of its formats.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { startCollector } from '../../src/collector/index.ts';
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
async function writtenByReal(t: TestContext, settings: object): Promise<string> {
  const dir = tempDir(t);
  const file = path.join(dir, 'out');
  const endpoint = '$' + '{env:OTEL_EVENTS_HOST}:$' + '{env:OTEL_EVENTS_PORT}';
  const collector = await startOtelcol({ yaml: JSON.stringify(configOf(endpoint, file, settings)), dir });
  t.after(() => collector.kill());
  await sendAll(collector.endpoint);
  await collector.stop();
  return file;
}

async function writtenByUs(t: TestContext, settings: object): Promise<string> {
  const file = path.join(tempDir(t), 'out');
  const collector = await startCollector({
    config: configOf('localhost:0', file, settings),
    write: () => {},
  });
  t.after(() => collector.stop());
  await sendAll(collector.endpoint);
  return file;
}

async function sendAll(endpoint: string): Promise<void> {
  for (const request of REQUESTS) {
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
