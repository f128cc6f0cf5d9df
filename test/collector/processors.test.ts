import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { startCollector } from '../../src/collector/index.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { logsOf, namesInFile, protobufOf } from './samples.ts';

test('a request passes the processors of its pipelines, and each pipeline has its own of it', async (t) => {
  const dir = tempDir(t);
  const file = (name: string): string => path.join(dir, name);
  const lines: string[] = [];
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
      processors: {
        memory_limiter: { check_interval: '1s', limit_percentage: 95 },
        filter: { log_conditions: ['IsMatch(log.event_name, "^debug")'] },
        'filter/all': { log_conditions: ['log.event_name != ""'] },
        transform: { log_statements: ['set(log.event_name, Concat(["shop", log.event_name], "."))'] },
        batch: {},
      },
      exporters: {
        'file/changed': { path: file('changed') },
        'file/plain': { path: file('plain') },
        'file/none': { path: file('none') },
      },
      service: {
        pipelines: {
          'logs/changed': {
            receivers: ['otlp'],
            processors: ['memory_limiter', 'filter', 'transform', 'batch'],
            exporters: ['file/changed'],
          },
          'logs/plain': { receivers: ['otlp'], exporters: ['file/plain'] },
          'logs/none': { receivers: ['otlp'], processors: ['filter/all'], exporters: ['file/none'] },
        },
      },
    },
    write: (line) => lines.push(line),
  });
  t.after(() => collector.stop());
  const response = await fetch(`${collector.endpoint}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(protobufOf(logsOf('a', 'debug.b', 'c'))),
  });
  assert.equal(response.status, 200);
  assert.deepEqual(namesInFile(file('changed')), ['shop.a', 'shop.c']);
  assert.deepEqual(namesInFile(file('plain')), ['a', 'debug.b', 'c']);
  assert.deepEqual(namesInFile(file('none')), []);
  assert.deepEqual(lines, []);
});

test('error_mode propagate answers 503, and no exporter has the request', async (t) => {
  const file = path.join(tempDir(t), 'out');
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
      processors: {
        transform: { error_mode: 'propagate', log_statements: ['set(log.body, Split(log.flags, ","))'] },
      },
      exporters: { file: { path: file } },
      service: {
        pipelines: { logs: { receivers: ['otlp'], processors: ['transform'], exporters: ['file'] } },
      },
    },
    write: () => {},
  });
  t.after(() => collector.stop());
  const response = await fetch(`${collector.endpoint}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: Buffer.from(protobufOf(logsOf('a'))),
  });
  assert.equal(response.status, 503);
  assert.ok(response.headers.get('retry-after'));
  assert.deepEqual(namesInFile(file), []);
});
