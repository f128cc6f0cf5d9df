import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLogger } from '../src/index.ts';
import { memoryExporter, startTestCollector, testLogger } from '../src/testing.ts';

test('testLogger keeps what it emitted as plain objects, without any network', async () => {
  const events = testLogger({ tags: ['t'] });
  events.log('cart.item_added', { sku: 'A1' }, { category: 'cart' });
  await events.flush();
  const [event] = events.emitted;
  assert.deepEqual(
    { name: event?.name, data: event?.data, category: event?.category, tags: event?.tags },
    { name: 'cart.item_added', data: { sku: 'A1' }, category: 'cart', tags: ['t'] },
  );
});

test('memoryExporter can be asked and cleared', async () => {
  const memory = memoryExporter();
  const events = new EventLogger({ delivery: 'none', exporters: [memory] });
  events.log('a');
  await events.flush();
  assert.equal(memory.events.length, 1);
  memory.clear();
  assert.deepEqual([memory.events.length, memory.records.length], [0, 0]);
});

test('startTestCollector shows what arrived over OTLP, as it was logged', async () => {
  for (const protocol of ['http/json', 'http/protobuf']) {
    process.env.OTEL_EXPORTER_OTLP_PROTOCOL = protocol;
    await using collector = await startTestCollector();
    const events = new EventLogger({ endpoint: collector.endpoint, app: { name: 'shop' } });
    const data = {
      n: 1,
      d: 1.5,
      s: 'x',
      b: true,
      z: null,
      map: { list: [1, 'a'] },
      bytes: new Uint8Array([1, 2]),
    };
    const id = events.log('seen', data, { timestamp: 1_700_000_000_123_456_789n });
    await events.close();
    assert.deepEqual(collector.events[0]?.data, data, protocol);
    assert.equal(collector.events[0]?.id, id);
    assert.equal(collector.records[0]?.timeUnixNano, 1_700_000_000_123_456_789n);
    assert.equal(collector.records[0]?.resource.attributes['service.name'], 'shop');
  }
});
