import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLogger, type EventLoggerOptions } from '../../src/index.ts';
import { CARD, EMAIL } from '../../src/schema/index.ts';
import { memoryExporter } from '../../src/testing.ts';

function redacting(options: Pick<EventLoggerOptions, 'redact'>) {
  const memory = memoryExporter('memory');
  const events = new EventLogger({ delivery: 'none', exporters: [memory], ...options });
  return { events, memory };
}

test('stats() tells what each rule of redact has taken out, also where listeners hear of it', async () => {
  const { events } = redacting({
    redact: [{ paths: ['user.email', '*.passwort'] }, { patterns: [EMAIL, CARD], action: 'remove' }],
  });
  events.registerSchema({ $id: 'paid', version: 1, properties: { user: {}, note: {} } });
  events.addListener(() => {}, { schemaId: 'paid' });
  events.record('paid', 1, { user: { email: 'e' }, note: 'a@b.org' });
  events.log('payment', { pan: 4111111111111111, text: '{ pan: 4111111111111111 }' });
  await events.close();
  assert.deepEqual(events.stats().redact, [
    { paths: { 'user.email': 1, '*.passwort': 0 }, patterns: {} },
    { paths: {}, patterns: { EMAIL: 1, CARD: 2 } },
  ]);
});

test('without the option redact, stats() says nothing of it', async () => {
  const { events } = redacting({});
  events.log('x');
  await events.close();
  assert.equal('redact' in events.stats(), false);
});
