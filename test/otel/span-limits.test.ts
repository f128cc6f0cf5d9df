import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { EventLogger } from '../../src/index.ts';

test("an app's SDK that limits lengths cuts no identifier of ours, and no character in its middle", async () => {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    spanLimits: { attributeValueLengthLimit: 4 },
  });
  const events = new EventLogger({ delivery: 'none', exporters: [() => {}], tracerProvider });
  let inner = '';
  const id = events.track('work', { emoji: 'abc😀' }, { category: 'abc😀' }, (scope) => {
    inner = scope.log('inner', { emoji: 'abc😀', text: 'abcdef' });
    scope.fail(new Error('abc😀'));
    return scope.id;
  });
  await events.close();
  const [span] = exporter.getFinishedSpans();
  const { attributes, events: copies } = span ?? assert.fail('no span');
  assert.equal(attributes['log.record.uid'], id);
  assert.deepEqual([attributes.emoji, attributes['event.category']], ['abc', 'abc']);
  assert.equal(copies[0]?.attributes?.['log.record.uid'], inner);
  assert.deepEqual([copies[0]?.attributes?.emoji, copies[0]?.attributes?.text], ['abc', 'abcd']);
  assert.equal(copies[1]?.attributes?.['exception.message'], 'abc');
});
