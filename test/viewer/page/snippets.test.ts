import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { eventCode } from '../../../src/viewer/page/event-code.ts';
import { LANGUAGES, snippet } from '../../../src/viewer/page/snippets.ts';
import type { Row } from '../../../src/viewer/store/event-store.ts';
import { OtlpSink } from '../../harness/otlp-sink.ts';
import { runNode } from '../../harness/run-node.ts';

async function startSink(t: TestContext): Promise<OtlpSink> {
  const sink = await OtlpSink.open();
  t.after(() => sink.goAway());
  return sink;
}

for (const language of ['Node.js', 'OpenTelemetry JS'] as const) {
  test(`the program for ${language} sends the event that it says`, async (t) => {
    const sink = await startSink(t);
    const run = await runNode(snippet(language, sink.url), { timeoutMs: 60_000 });
    assert.equal(run.code, 0, run.stderr);
    const [event, ...others] = sink.records;
    assert.deepEqual(others, []);
    assert.equal(event?.eventName, 'cart.item_added');
  });
}

test('the command of curl sends the event that it says', async (t) => {
  const sink = await startSink(t);
  await promisify(execFile)('sh', ['-c', snippet('curl', sink.url)]);
  assert.deepEqual(
    sink.records.map(({ eventName }) => eventName),
    ['cart.item_added'],
  );
});

test('each language names the endpoint', () => {
  for (const language of LANGUAGES) {
    assert.ok(snippet(language, 'http://127.0.0.1:9999').includes('http://127.0.0.1:9999'), language);
  }
});

test('an event copied as code is the same event again, whatever its texts hold', async (t) => {
  const sink = await startSink(t);
  const row = {
    name: "it's \\ odd\n`$x`",
    severity: 17,
    service: "o'shop",
    attributes: { total: 7.5, items: [{ sku: "A'1" }], 'log.record.uid': 'x', 'event.duration': 2 },
  } as unknown as Row;
  const run = await runNode(eventCode(row), {
    timeoutMs: 60_000,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url },
  });
  assert.equal(run.code, 0, run.stderr);
  const [event] = sink.records;
  assert.equal(event?.eventName, row.name);
  assert.deepEqual([event?.severityNumber, event?.resource.attributes['service.name']], [17, "o'shop"]);
  assert.equal(event?.attributes.total, 7.5);
  assert.deepEqual(event?.attributes.items, [{ sku: "A'1" }]);
});
