import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debugExporter, type Verbosity } from '../../src/exporters/debug.ts';
import { MessageSampler } from '../../src/exporters/message-sampler.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { batchOf } from '../collector/samples.ts';

async function shown(verbosity: Verbosity): Promise<string[]> {
  const lines: string[] = [];
  await debugExporter(verbosity, (line) => lines.push(line)).consume(batchOf('a', 'b'));
  return lines;
}

test('basic shows how many, and nothing of what', async () => {
  assert.deepEqual(await shown('basic'), ['debug: logs items=2 resources=1']);
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

test('of what repeats within a second the first are shown, then one in so many', () => {
  let ms = 0;
  const sampler = new MessageSampler({ initial: 2, thereafter: 3 }, () => ms);
  const shownOf = (text: string, times: number) => Array.from({ length: times }, () => sampler.admits(text));
  assert.deepEqual(shownOf('a', 9), [true, true, false, false, true, false, false, true, false]);
  assert.deepEqual(shownOf('b', 1), [true]);
  ms = 1_000;
  assert.deepEqual(shownOf('a', 3), [true, true, false]);
});

test('nothing follows the first ones with a thereafter of 0, and the content is counted by itself', async () => {
  const lines: string[] = [];
  const sampling = { initial: 1, thereafter: 0 };
  const exporter = debugExporter('normal', (line) => lines.push(line), sampling);
  for (const name of ['a', 'a', 'b']) await exporter.consume(batchOf(name));
  assert.equal(lines.shift(), 'debug: logs items=1 resources=1');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).eventName),
    ['a', 'b'],
  );
});
