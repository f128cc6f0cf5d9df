// docs/coming-from-segment.md: both sides run, against a server of ours in Segment's place.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type HttpSink, httpSink, type SinkRequest } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { likeShown, split } from './like-shown.ts';
import { readGuide, withOwn } from './read-guide.ts';
import { runJs } from './run-block.ts';
import { type Message, sentBatches } from './sent-batches.ts';

const guide = readGuide('segment');
const [shown] = guide.values('json same') as readonly Message[];

function against(sink: HttpSink, code: string, t: TestContext): Promise<string> {
  return runJs(withOwn(code, { 'https://api.segment.io': sink.url }), tempDir(t));
}

/** The same with what became of the events as its output, and without words about it. */
async function accountOf(sink: HttpSink, code: string, t: TestContext): Promise<unknown> {
  const quiet = withOwn(code, { "delivery: 'none',": "delivery: 'none', logLevel: 'none'," });
  const told = `${quiet}\nconsole.log(JSON.stringify(events.stats().sinks.segment));`;
  const { acked, rejected } = JSON.parse(await against(sink, told, t));
  return { acked, rejected };
}

/** What a request must have so that Segment takes it. */
function addressOf({ method, path, headers }: SinkRequest): readonly unknown[] {
  return [method, path, headers.authorization, headers['content-type']];
}

/** The fields of a message that its sender chose, by its type. */
function chosen({ type, userId, event, properties, traits, groupId, previousId, name }: Message): Message {
  return { type, userId, event, properties, traits, groupId, previousId, name };
}

test('segment: its library and ours post the same message to the same place', async (t) => {
  await using theirs = await httpSink((_, response) => response.end('{}'));
  await using ours = await httpSink((_, response) => response.end('{}'));
  await against(theirs, guide.block('js before'), t);
  await against(ours, guide.block('js after'), t);
  const before = split(sentBatches(theirs.requests)[0], shown);
  assert.deepEqual(likeShown(before.shared, shown), shown);
  assert.deepEqual(before.added.sort(), ['_metadata', 'context', 'integrations']);
  assert.deepEqual(likeShown(sentBatches(ours.requests), [shown]), [shown]);
  assert.deepEqual(ours.requests.map(addressOf), theirs.requests.map(addressOf));
});

test('segment: both run side by side in one process, to one source', async (t) => {
  await using sink = await httpSink((_, response) => response.end('{}'));
  await against(sink, `${guide.block('js before')}\n${guide.block('js after')}`, t);
  const messages = sentBatches(sink.requests);
  assert.deepEqual(
    messages.map(chosen),
    [shown, shown].map((each) => chosen(each ?? {})),
  );
  assert.equal(new Set(messages.map(({ messageId }) => messageId)).size, 2);
});

test('segment: all other calls are the same messages, in one batch', async (t) => {
  await using theirs = await httpSink((_, response) => response.end('{}'));
  await using ours = await httpSink((_, response) => response.end('{}'));
  await against(theirs, guide.block('js before calls'), t);
  await against(ours, guide.block('js after calls'), t);
  const before = sentBatches(theirs.requests).map(chosen);
  assert.deepEqual(
    before.map(({ type }) => type),
    ['identify', 'group', 'alias', 'page', 'screen', 'track'],
  );
  assert.deepEqual(sentBatches(ours.requests).map(chosen), before);
  assert.equal(ours.requests.length, 1);
  assert.deepEqual(ours.requests.map(addressOf), theirs.requests.map(addressOf));
});

test('segment: a 400 costs the one event, a 503 none', async (t) => {
  let outages = 1;
  await using sink = await httpSink(({ body }, response) => {
    if (outages-- > 0) response.statusCode = 503;
    else if (body.includes('"alias"')) response.statusCode = 400;
    response.end();
  });
  const account = await accountOf(sink, guide.block('js after calls'), t);
  assert.deepEqual(account, { acked: 5, rejected: { http_400: 1 } });
});

test('segment: an event without a user is rejected, not sent', async (t) => {
  await using sink = await httpSink();
  const code = withOwn(guide.block('js after'), { "{ userId: 'u1' }": '{}' });
  assert.deepEqual(await accountOf(sink, code, t), { acked: 0, rejected: { format_failed: 1 } });
  assert.equal(sink.requests.length, 0);
});
