import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tempDir } from '../harness/temp-dir.ts';
import { requireService } from './require-service.ts';
import { startKafka } from './start-kafka.ts';

test('three brokers take records while one of them is dead, and it has them when it is back', async (t) => {
  if (!requireService(t, 'kafka')) return;
  await using kafka = await startKafka({ dir: tempDir(t), brokers: 3 });
  await kafka.createTopic('numbers', 1);
  await write(kafka, 100);
  const [first] = kafka.brokers;
  await first?.kill();
  await write(kafka, 50);
  await first?.restart();
  const deadlineMs = Date.now() + 60_000;
  let told = '';
  // Isr: those that have all of it.
  while (!/Isr: (?=\S*1)(?=\S*2)(?=\S*3)/.test(told) && Date.now() < deadlineMs) {
    told = await kafka.tool('TopicCommand', '--describe', '--topic', 'numbers');
  }
  assert.match(told, /Isr: [123],[123],[123]/);
  assert.match(await kafka.tool('GetOffsetShell', '--topic', 'numbers'), /^numbers:0:150$/m);
});

/** Written when two of three have them. */
async function write(kafka: Awaited<ReturnType<typeof startKafka>>, count: number): Promise<void> {
  const size = ['--num-records', `${count}`, '--record-size', '100', '--throughput', '-1'];
  await kafka.produce('numbers', ...size);
}
