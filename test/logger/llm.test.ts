import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { EventLoggerOptions, OtelEventsError } from '../../src/index.ts';
import { type TestLogger, testLogger } from '../../src/testing.ts';

interface Traced {
  readonly events: TestLogger;
  readonly spans: InMemorySpanExporter;
}

function traced(options: EventLoggerOptions = {}): Traced {
  const spans = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
  });
  return { events: testLogger({ tracerProvider, ...options }), spans };
}

const CALL = {
  userId: 'u1',
  prompt: 'How many?',
  generation: 'Four.',
  assistantId: 'counter',
  threadId: 't1',
  model: 'gpt-x',
  provider: 'openai',
  responseId: 'resp_1',
  latency: 1.5,
  timestamp: 1_700_000_000_500,
  timeToFirstToken: 0.25,
  usage: { inputTokens: 12, outputTokens: 3, cachedInputTokens: 4, reasoningTokens: 1 },
  systemPrompt: 'Count.',
  finishReasons: ['stop'],
  properties: { support_tier: 'gold' },
};

const SAID = {
  'gen_ai.system_instructions': [{ type: 'text', content: 'Count.' }],
  'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'How many?' }] }],
  'gen_ai.output.messages': [{ role: 'assistant', parts: [{ type: 'text', content: 'Four.' }] }],
};

const KNOWN = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-x',
  'gen_ai.response.id': 'resp_1',
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.response.time_to_first_chunk': 0.25,
  'gen_ai.usage.input_tokens': 12,
  'gen_ai.usage.output_tokens': 3,
  'gen_ai.usage.cache_read.input_tokens': 4,
  'gen_ai.usage.reasoning.output_tokens': 1,
  'gen_ai.conversation.id': 't1',
  'gen_ai.agent.id': 'counter',
  support_tier: 'gold',
};

test('a call to a model is a client span with its times, and an event in it with what was said', async () => {
  const { events, spans } = traced();
  const reference = events.trackLlm(CALL);
  await events.flush();
  const [record] = events.records;
  assert.equal(record?.eventName, 'gen_ai.client.inference.operation.details');
  assert.equal(record?.timeUnixNano, 1_700_000_000_500_000_000n);
  assert.deepEqual(events.emitted[0]?.data, { ...KNOWN, ...SAID });
  assert.deepEqual(events.emitted[0]?.times, { start: 1_699_999_999, end: 1_700_000_000.5, duration: 1.5 });
  assert.equal(events.emitted[0]?.userId, 'u1');
  const [span] = spans.getFinishedSpans();
  assert.deepEqual([span?.name, span?.kind], ['chat gpt-x', SpanKind.CLIENT]);
  assert.deepEqual(
    [span?.startTime, span?.endTime],
    [
      [1_699_999_999, 0],
      [1_700_000_000, 500_000_000],
    ],
  );
  assert.equal(record?.spanId, span?.spanContext().spanId);
  const shown = Object.entries(span?.attributes ?? {}).filter(([name]) => !/^(event|log|user)\./.test(name));
  assert.deepEqual(Object.fromEntries(shown), KNOWN);
  assert.deepEqual(reference, {
    id: record?.attributes['log.record.uid'],
    traceparent: `00-${record?.traceId}-${record?.spanId}-01`,
    responseId: 'resp_1',
    conversationId: 't1',
  });
});

test('without content capture nothing that was said leaves, on event or span', async () => {
  const { events, spans } = traced({ captureContent: false });
  events.trackLlm(CALL);
  await events.flush();
  assert.deepEqual(events.emitted[0]?.data, KNOWN);
  const everything = JSON.stringify([
    spans.getFinishedSpans().map(({ attributes }) => attributes),
    events.emitted,
  ]);
  assert.equal(/How many|Four|Count\./.test(everything), false);
});

test('messages of several parts and tool calls keep their shape', async () => {
  const events = testLogger();
  const toolCall = { type: 'tool_call', id: 'c1', name: 'count', arguments: { of: 'legs' } };
  const messages = [
    { role: 'user', content: 'Look:' },
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'a' },
        { type: 'uri', uri: 'https://x/y.png' },
      ],
    },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c0', response: 4 }] },
  ];
  events.trackLlm({
    messages,
    generation: { role: 'assistant', parts: [toolCall], finish_reason: 'tool_call' },
  });
  await events.flush();
  const { data } = events.emitted[0] ?? {};
  assert.deepEqual(data?.['gen_ai.input.messages'], [
    { role: 'user', parts: [{ type: 'text', content: 'Look:' }] },
    messages[1],
    messages[2],
  ]);
  assert.deepEqual(data?.['gen_ai.output.messages'], [
    { role: 'assistant', finish_reason: 'tool_call', parts: [toolCall] },
  ]);
});

test('a call that failed is an error, with the reason', async () => {
  const { events, spans } = traced();
  events.trackLlm({ prompt: 'p', model: 'm', error: new RangeError('too many tokens') });
  await events.flush();
  assert.deepEqual([events.emitted[0]?.error?.type, events.records[0]?.severityNumber], ['RangeError', 17]);
  assert.equal(spans.getFinishedSpans()[0]?.status.code, SpanStatusCode.ERROR);
});

test('feedback from another process belongs to the trace, response and conversation of what it judges', async () => {
  const { events } = traced();
  const kept = JSON.stringify(events.trackLlm(CALL));
  const elsewhere = testLogger();
  const judgement = { name: 'helpful', score: 0.9, label: 'up', comment: 'Right.', userId: 'u2' };
  const timestamp = Date.UTC(2026, 0, 1);
  elsewhere.feedback({ of: JSON.parse(kept), ...judgement, timestamp });
  await Promise.all([events.flush(), elsewhere.flush()]);
  const [judged, record] = [events.records[0], elsewhere.records[0]];
  assert.equal(record?.eventName, 'gen_ai.evaluation.result');
  assert.deepEqual([record?.traceId, record?.spanId], [judged?.traceId, judged?.spanId]);
  assert.equal(elsewhere.emitted[0]?.userId, 'u2');
  assert.equal(elsewhere.emitted[0]?.time.getTime(), timestamp);
  assert.deepEqual(elsewhere.emitted[0]?.data, {
    'gen_ai.evaluation.name': 'helpful',
    'gen_ai.evaluation.score.value': 0.9,
    'gen_ai.evaluation.score.label': 'up',
    'gen_ai.evaluation.explanation': 'Right.',
    'gen_ai.response.id': 'resp_1',
    'gen_ai.conversation.id': 't1',
    'gen_ai.evaluation.of': judged?.attributes['log.record.uid'],
  });
});

test('context, session and defaults of the logger hold for calls to models too', async () => {
  const events = testLogger({ sessions: {}, projectId: 'p', tags: ['t'] });
  events.context({ user_id: 'ctx', a: 1 }, () => events.trackLlm({ prompt: 'p', generation: 'g' }));
  await events.flush();
  const [start, call] = events.emitted;
  assert.deepEqual([call?.userId, call?.projectId, call?.context.a, call?.tags], ['ctx', 'p', 1, ['t']]);
  assert.equal(call?.sessionId, start?.sessionId);
});

test('unusable values are left out and said once, and nothing throws', async () => {
  const errors: OtelEventsError[] = [];
  const events = testLogger({ onError: (error) => errors.push(error), logLevel: 'none' });
  const throwing = Object.defineProperty({}, 'prompt', { get: () => assert.fail('on purpose') });
  for (const bad of [
    undefined,
    null,
    'text',
    throwing,
    { latency: Number.NaN, usage: { inputTokens: -1 } },
  ]) {
    events.trackLlm(bad as never);
  }
  for (const bad of [
    undefined,
    { name: 'x' },
    { of: { id: 'i', traceparent: 'rubbish' }, name: 'x', score: '1' },
  ]) {
    events.feedback(bad as never);
  }
  await events.flush();
  assert.equal(events.stats().total.emitted, 8);
  assert.ok(errors.every(({ code }) => code === 'EVENT_INVALID'));
  const fields = errors.map(({ message }) => /^(\w+: [\w. ]+): /.exec(message)?.[1]);
  for (const field of [
    'trackLlm: latency',
    'trackLlm: usage.inputTokens',
    'trackLlm: prompt',
    'feedback: of',
  ]) {
    assert.equal(fields.filter((one) => one === field).length, 1, field);
  }
});

const throws = (): never => assert.fail('on purpose');

function revoked(): never {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy as never;
}

const MODEL = 'gen_ai.request.model';

for (const [what, call, expected] of [
  ['a field', Object.defineProperty({ model: 'm' }, 'usage', { get: throws }), { [MODEL]: 'm' }],
  [
    'an amount',
    { model: 'm', usage: Object.defineProperty({ outputTokens: 4 }, 'inputTokens', { get: throws }) },
    { [MODEL]: 'm', 'gen_ai.usage.output_tokens': 4 },
  ],
  [
    'a property',
    { model: 'm', properties: Object.defineProperty({}, 'x', { get: throws, enumerable: true }) },
    { [MODEL]: 'm', x: '[Unreadable]' },
  ],
  ['a model among the properties', { properties: { [MODEL]: revoked() } }, { [MODEL]: '[Unreadable]' }],
  ['a symbol as the model', { properties: { [MODEL]: Symbol('m') } }, { [MODEL]: 'Symbol(m)' }],
] as const) {
  test(`${what} that cannot be read or joined costs a call of a model nothing else`, async () => {
    const { events } = traced({ logLevel: 'none' });
    events.trackLlm(call as never);
    await events.close();
    assert.equal(events.stats().total.emitted, 1);
    assert.deepEqual(events.emitted[0]?.data, { 'gen_ai.operation.name': 'chat', ...expected });
  });
}

test('a call of a model and what is judged are read once', () => {
  const { events } = traced({ logLevel: 'none' });
  const reads: string[] = [];
  const counted = (target: object): never =>
    new Proxy(target, {
      get: (from, key) => {
        reads.push(String(key));
        return Reflect.get(from, key);
      },
    }) as never;
  events.trackLlm(counted({ ...CALL, usage: counted(CALL.usage) }));
  events.feedback(counted({ name: 'helpful', of: counted({ id: 'i' }) }));
  // Of both calls.
  const shared = ['userId', 'timestamp'];
  const twice = reads.filter((key, index) => !shared.includes(key) && reads.indexOf(key) !== index);
  assert.deepEqual(twice, ['responseId']);
});

test('a judgement of what cannot be read keeps its name', async () => {
  const { events } = traced({ logLevel: 'none' });
  events.feedback({ of: revoked(), name: 'x' });
  await events.close();
  assert.deepEqual(events.emitted[0]?.data, { 'gen_ai.evaluation.name': 'x' });
});
