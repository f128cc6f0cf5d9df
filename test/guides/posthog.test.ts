// docs/coming-from-posthog.md: both sides run, against a server of ours in PostHog's place.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { recordsOf } from '../../src/otlp/event/records-of.ts';
import { type HttpSink, httpSink, type SinkRequest } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { likeShown, split } from './like-shown.ts';
import { readGuide, withOwn } from './read-guide.ts';
import { runJs } from './run-block.ts';
import { type Message, sentBatches } from './sent-batches.ts';

const guide = readGuide('posthog');
const [shown] = guide.values('json same') as readonly Message[];

/** What PostHog's library adds to the properties of each event. */
const LIBRARY = ['$lib', '$lib_version'];

/** Runs a block with a PostHog of ours. */
function against(sink: HttpSink, code: string, t: TestContext): Promise<string> {
  return runJs(withOwn(code, { 'https://eu.i.posthog.com': sink.url }), tempDir(t));
}

function posthogSink(): Promise<HttpSink> {
  return httpSink((_, response) =>
    response.setHeader('content-type', 'application/json').end('{"status":1}'),
  );
}

function keyOf({ body, headers }: SinkRequest): unknown {
  return headers['content-encoding'] === 'gzip' ? undefined : JSON.parse(body.toString()).api_key;
}

/** An event without what differs from run to run, and without what the library says of itself. */
function chosen({ event, distinct_id, properties }: Message): Message {
  const own = Object.entries(properties as Message).filter(([key]) => !LIBRARY.includes(key));
  return { event, distinct_id, properties: Object.fromEntries(own) };
}

test('posthog: its library and ours post the same event to the same place', async (t) => {
  await using theirs = await posthogSink();
  await using ours = await posthogSink();
  await against(theirs, guide.block('js before'), t);
  await against(ours, guide.block('js after'), t);
  const [before = {}] = sentBatches(theirs.requests);
  const properties = split(before.properties, shown?.properties);
  assert.deepEqual(likeShown({ ...before, properties: properties.shared }, shown), shown);
  assert.deepEqual(properties.added, LIBRARY);
  assert.deepEqual(likeShown(sentBatches(ours.requests), [shown]), [shown]);
  assert.deepEqual(
    ours.requests.map(({ method, path }) => [method, path]),
    theirs.requests.map(({ method, path }) => [method, path]),
  );
  assert.deepEqual(ours.requests.map(keyOf), ['phc_KEY']);
});

test('posthog: an event of nobody makes no person', async (t) => {
  await using theirs = await posthogSink();
  await using ours = await posthogSink();
  await against(theirs, withOwn(guide.block('js before'), { "distinctId: 'u1', ": '' }), t);
  await against(ours, withOwn(guide.block('js after'), { ", { userId: 'u1' }": '' }), t);
  const [before = {}] = sentBatches(theirs.requests);
  const [after = {}] = sentBatches(ours.requests);
  assert.deepEqual(chosen(after).properties, chosen(before).properties);
  assert.equal((after.properties as Message).$process_person_profile, false);
  assert.equal(after.distinct_id, after.uuid);
});

test('posthog: both run side by side in one process, to one project', async (t) => {
  await using sink = await posthogSink();
  await against(sink, `${guide.block('js before')}\n${guide.block('js after')}`, t);
  const events = sentBatches(sink.requests);
  assert.deepEqual(
    events.map(chosen),
    [shown, shown].map((each) => chosen(each ?? {})),
  );
  assert.equal(new Set(events.map(({ uuid }) => uuid)).size, 2);
});

test('posthog: all other calls are the same events, in one batch', async (t) => {
  await using theirs = await posthogSink();
  await using ours = await posthogSink();
  await against(theirs, guide.block('js before calls'), t);
  await against(ours, guide.block('js after calls'), t);
  const before = sentBatches(theirs.requests).map(chosen);
  assert.deepEqual(
    before.map(({ event }) => event),
    ['$identify', '$create_alias', 'report viewed', '$groupidentify'],
  );
  assert.deepEqual(sentBatches(ours.requests).map(chosen), before);
  assert.equal(ours.requests.length, 1);
});

test('posthog: over OTLP events go to its logs, with the key', async (t) => {
  await using sink = await httpSink();
  await against(sink, guide.block('js otlp'), t);
  assert.deepEqual(
    sink.requests.map(({ method, path, headers }) => [method, path, headers.authorization]),
    [['POST', '/i/v1/logs', 'Bearer phc_KEY']],
  );
  const [request] = sink.requests;
  assert.ok(request);
  const records = recordsOf({ signal: 'logs', encoding: 'protobuf', bytes: request.body, count: 0 });
  assert.deepEqual(
    records.map(({ eventName, attributes }) => [eventName, attributes.total, attributes['user.id']]),
    [['order.completed', 12.5, 'u1']],
  );
});
