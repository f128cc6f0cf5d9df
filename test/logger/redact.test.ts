import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLogger, type EventLoggerOptions } from '../../src/index.ts';
import { CARD, EMAIL } from '../../src/schema/index.ts';
import { memoryExporter, startTestCollector } from '../../src/testing.ts';

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

test('what is redacted in the context is redacted in its attribute: masked, removed, hashed', async () => {
  const context = {
    ...{
      user_id: 'joe',
      project_id: 'p',
      session_id: 's',
      ip: '10.0.0.1',
      agent: 'a',
      path: '/a',
      host: 'h',
    },
    ...{ referer: 'r', accept_language: 'de', request_id: 'q' },
  };
  const attributes = [
    ...['user.id', 'project.id', 'session.id', 'client.address', 'user_agent.original', 'url.path'],
    ...[
      'server.address',
      'http.request.header.referer',
      'http.request.header.accept-language',
      'http.request.id',
    ],
  ];
  for (const action of ['mask', 'remove', 'hash'] as const) {
    await using collector = await startTestCollector();
    const events = new EventLogger({
      endpoint: collector.endpoint,
      delivery: 'durable',
      redact: { paths: Object.keys(context), action, hashKey: 'key' },
    });
    events.context(context, () => events.log('seen'));
    await events.close();
    const [record] = collector.records;
    const left = record?.attributes['event.context'] as Record<string, unknown> | undefined;
    const values = attributes.map((name) => record?.attributes[name]);
    assert.deepEqual(
      values,
      Object.keys(context).map((key) => left?.[key]),
    );
    const [user] = values;
    if (action === 'mask') assert.equal(user, '[Redacted]');
    if (action === 'remove') assert.equal(user, undefined);
    if (action === 'hash') assert.match(String(user), /^[\da-f]{32}$/);
    assert.doesNotMatch(JSON.stringify(record?.attributes), /joe|10\.0\.0\.1/);
  }
});

test('an id that comes from an option, a logger or a session is redacted with user_id, and counted once', async () => {
  const memory = memoryExporter('memory');
  const events = new EventLogger({
    delivery: 'none',
    exporters: [memory],
    sessions: {},
    redact: { paths: ['user_id'], patterns: [EMAIL], action: 'hash', hashKey: 'key' },
  });
  events.log('one', {}, { userId: '7' });
  events.context({ user_id: 7 }, () => events.log('two'));
  events.log('three', {}, { projectId: 'joe@example.com' });
  await events.close();
  const named = Object.fromEntries(memory.events.map((event) => [event.name, event]));
  assert.deepEqual(Object.keys(named), ['session.start', 'one', 'two', 'three', 'session.end']);
  const hash = named.one?.userId;
  assert.match(String(hash), /^[\da-f]{32}$/);
  for (const name of ['session.start', 'two', 'session.end']) assert.equal(named[name]?.userId, hash, name);
  assert.equal(named.two?.context.user_id, hash);
  assert.equal(named.one?.sessionId, named.two?.sessionId);
  assert.notEqual(named.one?.sessionId, undefined);
  assert.match(String(named.three?.projectId), /^[\da-f]{32}$/);
  assert.deepEqual(events.stats().redact, [{ paths: { user_id: 4 }, patterns: { EMAIL: 1 } }]);
});
