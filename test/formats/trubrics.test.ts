// Beside what Trubrics' own client posted for the same calls: see test/fixtures/originals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TrubricsPayload, trubrics } from '../../src/formats/trubrics.ts';
import type { EventLogger, EventLoggerOptions } from '../../src/index.ts';
import { type EventRecord, testLogger } from '../../src/testing.ts';
import { casesOf, nanosOf } from './originals.ts';

interface TrackCall {
  readonly user_id: string;
  readonly event: string;
  readonly properties?: Record<string, unknown>;
  readonly timestamp: string;
}

interface LlmCall {
  readonly user_id: string;
  readonly prompt: string;
  readonly generation: string;
  readonly assistant_id: string;
  readonly properties?: Record<string, unknown>;
  readonly timestamp: string;
  readonly latency?: number;
}

interface Input {
  readonly calls: readonly { readonly track?: TrackCall; readonly track_llm?: LlmCall }[];
}

interface Output {
  readonly requests: readonly { readonly path: string; readonly body: readonly TrubricsPayload[] }[];
}

const NAN_CASE = 'one value that is no JSON loses the batch';
const tracked = casesOf<Input, Output>('trubrics').filter(({ name }) => !name.startsWith('track_llm'));
const cases = [...tracked, ...casesOf<Input, Output>('trubrics-two-events')];

/** What stands for NaN in the fixtures, which are JSON. */
function fromJson(_: string, value: unknown): unknown {
  const isFloat = typeof value === 'object' && value !== null && '$float' in value;
  return isFloat ? Number(value.$float) : value;
}

async function recordsOfCalls({ calls }: Input): Promise<readonly EventRecord[]> {
  const events = testLogger();
  for (const { track, track_llm: llm } of JSON.parse(JSON.stringify(calls), fromJson) as Input['calls']) {
    if (track !== undefined) {
      const { event, properties, user_id: userId, timestamp } = track;
      events.log(event, properties, { userId, timestamp: nanosOf(timestamp) });
    }
    if (llm !== undefined) {
      const { user_id: userId, assistant_id: assistantId, timestamp, ...rest } = llm;
      events.trackLlm({ ...rest, userId, assistantId, model: 'gpt-4', timestamp: nanosOf(timestamp) });
    }
  }
  await events.close();
  return events.records;
}

for (const { name, input, output } of cases.filter((each) => each.name !== NAN_CASE)) {
  test(`as Trubrics: ${name}`, async () => {
    const payloads = (await recordsOfCalls(input)).flatMap(trubrics);
    const posted = output.requests.flatMap(({ body }) => body);
    // An event without data has no properties, where the original says null.
    const expected = posted.map((each) => ({ ...each, properties: each.properties ?? {} }));
    assert.deepEqual(JSON.parse(JSON.stringify(payloads)), expected);
  });
}

test('mended: one value that is no JSON loses nothing', async () => {
  const { input, output } = cases.find(({ name }) => name === NAN_CASE) ?? assert.fail();
  assert.deepEqual(
    output.requests.flatMap(({ body }) => body),
    [],
  );
  const payloads = (await recordsOfCalls(input)).flatMap(trubrics);
  assert.deepEqual(
    payloads.map(({ event, properties }) => [event, properties]),
    [
      ['good', { n: 1 }],
      ['bad', { n: 'NaN' }],
    ],
  );
});

async function payloadsOf(options: EventLoggerOptions, ...args: Parameters<EventLogger['trackLlm']>) {
  const events = testLogger(options);
  events.trackLlm(...args);
  await events.close();
  return events.records.flatMap(trubrics);
}

const call = { userId: 'u1', prompt: 'Hi', generation: 'Hello', assistantId: 'a1' };

test('without captured content text and prompt are left out, the rest is there', async () => {
  const payloads = await payloadsOf({ captureContent: false }, { ...call, properties: { cost: 2 } });
  assert.deepEqual(
    payloads.map(({ event, properties }) => [event, properties]),
    [
      ['Prompt', { cost: 2 }],
      ['Generation', { $assistant_id: 'a1', 'latency(s)': null, cost: 2 }],
    ],
  );
});

test('the conversation is the thread of both, unless the caller names one', async () => {
  const of = async (properties: Record<string, unknown>): Promise<unknown[]> => {
    const payloads = await payloadsOf({}, { ...call, threadId: 't1', properties });
    return payloads.map((payload) => payload.properties.$thread_id);
  };
  assert.deepEqual(await of({}), ['t1', 't1']);
  assert.deepEqual(await of({ $thread_id: 'own' }), ['own', 'own']);
});

test('the prompt is the last message of the user, the generation the last of the assistant', async () => {
  const [prompt, generation] = await payloadsOf(
    {},
    {
      userId: 'u1',
      messages: [
        { role: 'user', content: 'first' },
        { role: 'assistant', content: 'answer' },
        { role: 'user', content: 'last' },
      ],
      generation: {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'a' },
          { type: 'tool_call', name: 't' },
          { type: 'text', content: 'b' },
        ],
      },
    },
  );
  assert.equal(prompt?.properties.$text, 'last');
  assert.equal(generation?.properties.$prompt, 'last');
  assert.equal(generation?.properties.$text, 'a\nb');
});

test('a latency that is longer than the time since 1970 puts the prompt at its beginning', async () => {
  const events = testLogger();
  events.trackLlm(call);
  await events.close();
  const [record] = events.records;
  assert.ok(record);
  const times = { 'event.start': 0, 'event.end': 1e12, 'event.duration': 1e12 };
  const [prompt] = trubrics({ ...record, attributes: { ...record.attributes, ...times } });
  assert.equal(prompt?.timestamp, '1970-01-01T00:00:00+00:00');
});

test('an event without a user has none', async () => {
  const events = testLogger();
  events.log('a', { bytes: Uint8Array.of(255) });
  await events.close();
  const [payload] = events.records.flatMap(trubrics);
  assert.equal(payload?.user_id, null);
  assert.deepEqual(payload?.properties, { bytes: '/w==' });
});
