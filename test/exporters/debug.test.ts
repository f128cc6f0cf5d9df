import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debugExporter, type Verbosity } from '../../src/exporters/debug.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { batchOf } from '../collector/samples.ts';

async function shown(verbosity: Verbosity): Promise<string[]> {
  const lines: string[] = [];
  await debugExporter(verbosity, (line) => lines.push(line)).consume(batchOf('a', 'b'));
  return lines;
}

test('basic shows how many, and nothing of what', async () => {
  assert.deepEqual(await shown('basic'), ['debug: logs items=2']);
});

test('normal shows each record on a line', async () => {
  const [, ...records] = await shown('normal');
  assert.deepEqual(
    records.map((line) => JSON.parse(line).eventName),
    ['a', 'b'],
  );
});

test('detailed shows the whole batch', async () => {
  const [, all = ''] = await shown('detailed');
  assert.deepEqual(JSON.parse(all), OtlpRequest.of(batchOf('a', 'b')).decoded());
  assert.ok(all.includes('\n'));
});
