// Streamed answers, as the clients' own types have their chunks.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { streamText, type TextStreamPart } from 'ai';
import { MockLanguageModelV4, simulateReadableStream } from 'ai/test';
import OpenAI from 'openai';
import type { EventLoggerOptions, LlmCall, OtelEventsError } from '../../src/index.ts';
import { type EmittedEvent, testLogger } from '../../src/testing.ts';

async function* streamOf<T>(chunks: readonly T[], error?: unknown): AsyncGenerator<T> {
  for (const chunk of chunks) yield chunk;
  if (error !== undefined) throw error;
}

/** The event of a call whose answer is these chunks. */
async function eventOf<T>(
  chunks: readonly T[],
  call: LlmCall = {},
  options: EventLoggerOptions = {},
): Promise<EmittedEvent> {
  const events = testLogger(options);
  const seen: T[] = [];
  for await (const chunk of events.llm(call).stream(streamOf(chunks))) seen.push(chunk);
  assert.deepEqual(seen, chunks);
  await events.close();
  assert.equal(events.emitted.length, 1);
  return events.emitted[0] as EmittedEvent;
}

const said = ({ data }: EmittedEvent): unknown => data['gen_ai.output.messages'];
const text = (content: string): object => ({ type: 'text', content });

const chat = (more: Partial<OpenAI.ChatCompletionChunk>): OpenAI.ChatCompletionChunk => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 0,
  model: 'gpt-x-mini',
  choices: [],
  ...more,
});
const delta = (
  more: OpenAI.ChatCompletionChunk.Choice.Delta,
  finish_reason: OpenAI.ChatCompletionChunk.Choice['finish_reason'] = null,
  index = 0,
): OpenAI.ChatCompletionChunk => chat({ choices: [{ index, delta: more, finish_reason }] });

test('OpenAI, chat: text, refusals and tool calls of each choice, finish reasons, usage of the last chunk', async () => {
  const event = await eventOf(
    [
      delta({ role: 'assistant', content: '' }),
      delta({ content: 'Fo' }),
      delta({ content: 'One' }, 'length', 1),
      delta({ content: 'ur.' }),
      delta({
        tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'look', arguments: '' } }],
      }),
      delta({ tool_calls: [{ index: 0, function: { arguments: '{"at":' } }] }),
      delta({ tool_calls: [{ index: 1, id: 'c2', function: { name: 'wait', arguments: '{}' } }] }),
      delta({ tool_calls: [{ index: 0, function: { arguments: '"cat"}' } }] }),
      delta({}, 'tool_calls'),
      chat({ usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 } }),
    ],
    { model: 'gpt-x', provider: 'openai', prompt: 'How many?', userId: 'u1', threadId: 't1' },
  );
  const {
    'gen_ai.response.time_to_first_chunk': first,
    'gen_ai.output.messages': output,
    ...data
  } = event.data;
  assert.deepEqual(output, [
    {
      role: 'assistant',
      parts: [
        text('Four.'),
        { type: 'tool_call', id: 'c1', name: 'look', arguments: { at: 'cat' } },
        { type: 'tool_call', id: 'c2', name: 'wait', arguments: {} },
      ],
      finish_reason: 'tool_calls',
    },
    { role: 'assistant', parts: [text('One')], finish_reason: 'length' },
  ]);
  assert.ok(typeof first === 'number' && first >= 0 && first <= (event.times?.duration ?? 0));
  assert.deepEqual(data, {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-x',
    'gen_ai.response.id': 'chatcmpl-1',
    'gen_ai.response.model': 'gpt-x-mini',
    'gen_ai.response.finish_reasons': ['tool_calls', 'length'],
    'gen_ai.usage.input_tokens': 12,
    'gen_ai.usage.output_tokens': 3,
    'gen_ai.conversation.id': 't1',
    'gen_ai.input.messages': [{ role: 'user', parts: [text('How many?')] }],
  });
  assert.deepEqual([event.userId, event.severity, event.error], ['u1', 9, undefined]);
});

test('OpenAI, responses: what the last event holds; without one, what had come', async () => {
  const response = { id: 'resp_1', model: 'gpt-x', status: 'completed' };
  const done = {
    ...response,
    output: [
      { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: 'Simple.' }] },
      { type: 'message', id: 'm', role: 'assistant', content: [{ type: 'output_text', text: 'Three.' }] },
    ],
    usage: { input_tokens: 5, output_tokens: 2, output_tokens_details: { reasoning_tokens: 1 } },
  };
  const pieces = [
    { type: 'response.created', response: { ...response, output: [], usage: null } },
    { type: 'response.output_text.delta', item_id: 'm', content_index: 0, delta: 'Thr' },
    { type: 'response.output_text.delta', item_id: 'm', content_index: 0, delta: 'ee.' },
  ] as OpenAI.Responses.ResponseStreamEvent[];
  const last = { type: 'response.completed', response: done } as OpenAI.Responses.ResponseStreamEvent;
  const whole = await eventOf([...pieces, last]);
  assert.deepEqual(said(whole), [
    { role: 'assistant', parts: [{ type: 'reasoning', content: 'Simple.' }] },
    { role: 'assistant', parts: [text('Three.')], id: 'm' },
  ]);
  assert.deepEqual(whole.data['gen_ai.response.finish_reasons'], ['completed']);
  assert.deepEqual(whole.data['gen_ai.usage.reasoning.output_tokens'], 1);
  assert.deepEqual(said(await eventOf(pieces)), [{ role: 'assistant', parts: [text('Three.')] }]);
  const failed = {
    type: 'response.failed',
    response: { ...response, status: 'failed', error: { code: 'server_error', message: 'Sorry.' } },
  } as OpenAI.Responses.ResponseStreamEvent;
  const { error } = await eventOf([...pieces, failed]);
  assert.deepEqual([error?.type, error?.message], ['server_error', 'Sorry.']);
});

test('Anthropic: blocks of text, thinking and tools; usage from the first and the last event', async () => {
  const event = await eventOf([
    {
      type: 'message_start',
      message: {
        id: 'msg_1',
        model: 'claude-x',
        content: [],
        usage: {
          input_tokens: 10,
          cache_read_input_tokens: 90,
          cache_creation_input_tokens: 0,
          output_tokens: 1,
        },
      },
    },
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'thinking', thinking: '', signature: '' },
    },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'x' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Fo' } },
    { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'ur.' } },
    {
      type: 'content_block_start',
      index: 2,
      content_block: { type: 'tool_use', id: 't1', name: 'look', input: {} },
    },
    { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"at"' } },
    { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: ':1}' } },
    {
      type: 'message_delta',
      delta: { stop_reason: 'tool_use' },
      usage: { input_tokens: null, output_tokens: 15 },
    },
    { type: 'message_stop' },
  ]);
  assert.deepEqual(said(event), [
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', content: 'Hm.' },
        text('Four.'),
        { type: 'tool_call', id: 't1', name: 'look', arguments: { at: 1 } },
      ],
      finish_reason: 'tool_use',
    },
  ]);
  const names = ['input_tokens', 'output_tokens', 'cache_read.input_tokens'];
  assert.deepEqual(
    names.map((name) => event.data[`gen_ai.usage.${name}`]),
    [100, 15, 90],
  );
  assert.deepEqual(
    [event.data['gen_ai.response.id'], event.data['gen_ai.response.model']],
    ['msg_1', 'claude-x'],
  );
});

const usage = {
  inputTokens: { total: 12, noCache: 12, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 3, text: 3, reasoning: 0 },
};

function aiModel(): MockLanguageModelV4 {
  return new MockLanguageModelV4({
    doStream: async () => ({
      stream: simulateReadableStream({
        chunks: [
          { type: 'stream-start', warnings: [] },
          { type: 'response-metadata', id: 'r1', modelId: 'model-x', timestamp: new Date(0) },
          { type: 'text-start', id: '1' },
          { type: 'text-delta', id: '1', delta: 'Four' },
          { type: 'text-delta', id: '1', delta: ' legs.' },
          { type: 'text-end', id: '1' },
          { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
        ],
      }),
    }),
  });
}

test('the AI SDK: its parts; and its text alone, with the rest at the end', async () => {
  const events = testLogger();
  const seen: string[] = [];
  const parts = streamText({ model: aiModel(), prompt: 'Legs?' });
  const stream: AsyncIterable<TextStreamPart<never>> = parts.fullStream as never;
  for await (const part of events.llm({ prompt: 'Legs?' }).stream(stream)) seen.push(part.type);
  assert.equal(seen.at(-1), 'finish');
  const texts = streamText({ model: aiModel(), prompt: 'Legs?' });
  const call = events.llm({ prompt: 'Legs?' });
  for await (const piece of call.stream(texts.textStream, { end: false })) seen.push(piece);
  const reference = call.end({ usage: await texts.totalUsage, finishReasons: [await texts.finishReason] });
  await events.close();
  const [ofParts, ofTexts] = events.emitted as [EmittedEvent, EmittedEvent];
  for (const { data } of [ofParts, ofTexts]) {
    assert.deepEqual(data['gen_ai.response.finish_reasons'], ['stop']);
    assert.deepEqual([data['gen_ai.usage.input_tokens'], data['gen_ai.usage.output_tokens']], [12, 3]);
  }
  const parted = [{ role: 'assistant', parts: [text('Four legs.')], finish_reason: 'stop' }];
  assert.deepEqual(said(ofParts), parted);
  assert.deepEqual(said(ofTexts), [{ role: 'assistant', parts: [text('Four legs.')] }]);
  assert.deepEqual([ofParts.data['gen_ai.response.id'], reference.id], ['r1', ofTexts.id]);
});

test('the AI SDK: what was said in several steps stays apart', async () => {
  const event = await eventOf([
    { type: 'text-delta', id: '1', text: 'Look.' },
    { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: { at: 'cat' } },
    { type: 'finish-step', response: { id: 'r1', modelId: 'm' }, finishReason: 'tool-calls', usage: {} },
    { type: 'text-delta', id: '1', text: 'Four.' },
    { type: 'finish', finishReason: 'stop', totalUsage: { inputTokens: 3, outputTokens: 4 } },
  ]);
  const tool = { type: 'tool_call', id: 'c1', name: 'look', arguments: { at: 'cat' } };
  assert.deepEqual(said(event), [
    { role: 'assistant', parts: [text('Look.'), tool, text('Four.')], finish_reason: 'stop' },
  ]);
});

test('the real client of OpenAI: a request that is refused is a call that failed', async (t) => {
  const server = createServer((_, response) => {
    response.statusCode = 429;
    response.end('{"error":{"message":"slow down","type":"rate_limit"}}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const client = new OpenAI({ apiKey: 'none', baseURL, maxRetries: 0 });
  const events = testLogger();
  const call = events.llm({ model: 'gpt-x', prompt: 'Hi' });
  const request = client.chat.completions.create({ model: 'gpt-x', messages: [], stream: true });
  await assert.rejects(async () => {
    for await (const chunk of call.stream(request)) assert.fail(chunk.id);
  }, OpenAI.RateLimitError);
  await events.close();
  const [event] = events.emitted as [EmittedEvent];
  assert.match(event.error?.message ?? '', /slow down/);
  assert.equal(event.severity, 17);
});

test('by hand: pieces of text, then the end; what is given there wins', async () => {
  const spans = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter: spans })],
  });
  const events = testLogger({ tracerProvider });
  const messages = [{ role: 'user', content: 'How many?' }];
  const properties = { tier: 'gold', n: 1 };
  const call = events.llm({ model: 'm', operation: 'generate_content', messages, properties });
  messages.push({ role: 'assistant', content: 'not yet' });
  await sleep(60);
  call.token('Fo');
  call.token('ur.');
  const given = { usage: { inputTokens: 1, outputTokens: 2 }, finishReasons: ['stop'], properties: { n: 2 } };
  const reference = call.end({ ...given, responseId: 'r' });
  await events.close();
  const [event] = events.emitted as [EmittedEvent];
  assert.deepEqual(event.data['gen_ai.input.messages'], [{ role: 'user', parts: [text('How many?')] }]);
  assert.deepEqual(said(event), [{ role: 'assistant', parts: [text('Four.')] }]);
  assert.equal(event.data['gen_ai.operation.name'], 'generate_content');
  assert.deepEqual([event.data.tier, event.data.n], ['gold', 2]);
  assert.ok(Number(event.data['gen_ai.response.time_to_first_chunk']) >= 0.015);
  const { id, traceparent } = call;
  assert.deepEqual(reference, { id: event.id, traceparent, responseId: 'r' });
  assert.deepEqual([id, traceparent.split('-')[1]], [event.id, event.traceId]);
  const [span] = spans.getFinishedSpans();
  assert.equal(span?.name, 'generate_content m');
  assert.equal(span?.attributes['gen_ai.output.messages'], undefined);
});

test('a call ends once: what comes later is said once, and ignored', async () => {
  const errors: OtelEventsError[] = [];
  const events = testLogger({ logLevel: 'none', onError: (error) => errors.push(error) });
  const call = events.llm({ model: 'm' });
  call.end();
  const before = call.reference;
  for (const _ of [1, 2]) {
    assert.deepEqual(call.end({ responseId: 'late' }), before);
    call.fail(new Error('late'));
    call.token('late');
  }
  call[Symbol.dispose]();
  await events.close();
  assert.equal(events.emitted.length, 1);
  assert.equal(events.emitted[0]?.error, undefined);
  assert.deepEqual(
    errors.map(({ code, message }) => [code, message.split('(')[0]]),
    ['end', 'fail', 'token'].map((method) => ['EVENT_INVALID', method]),
  );
});

test('a stream that breaks fails the call, with what had come; the error goes on', async () => {
  const events = testLogger();
  const broken = Object.assign(new TypeError('terminated'), { stack: 'there' });
  const call = events.llm({ model: 'm' });
  await assert.rejects(async () => {
    for await (const _ of call.stream(streamOf([delta({ content: 'Fo' })], broken)));
  }, broken);
  await events.close();
  const [event] = events.emitted as [EmittedEvent];
  assert.deepEqual([event.error?.type, event.severity], ['TypeError', 17]);
  assert.deepEqual(said(event), [{ role: 'assistant', parts: [text('Fo')] }]);
});

const incomplete = (events: { records: readonly { attributes: object }[] }): unknown[] =>
  events.records.map(({ attributes }) => (attributes as Record<string, unknown>)['event.incomplete']);

test('a reader that stops, a scope that is left, a stream that was stopped: the call is unfinished', async () => {
  const events = testLogger();
  let isReturned = false;
  const source = async function* () {
    try {
      yield 'Fo';
      yield 'ur.';
    } finally {
      isReturned = true;
    }
  };
  for await (const _ of events.llm({ model: 'm' }).stream(source())) break;
  assert.ok(isReturned);
  {
    using call = events.llm({ model: 'm' });
    call.token('Fo');
  }
  for await (const _ of events.llm({}).stream(streamOf(['Fo', { type: 'abort', reason: 'user' }])));
  await events.close();
  assert.deepEqual(incomplete(events), [true, true, true]);
  for (const event of events.emitted)
    assert.deepEqual(said(event), [{ role: 'assistant', parts: [text('Fo')] }]);
});

test('a call that nobody ends is there, unfinished, when the logger closes', async () => {
  const events = testLogger();
  const call = events.llm({ model: 'm', prompt: 'Hi' });
  call.token('Fo');
  await events.close();
  assert.deepEqual(incomplete(events), [true]);
  assert.equal(events.emitted[0]?.id, call.id);
  call.end();
});

test('calls that nobody holds any more are said, and take no memory', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const events = testLogger();
  const begin = (): WeakRef<object> => {
    const call = events.llm({ model: 'm' });
    call.token('Fo');
    return new WeakRef(call);
  };
  const calls = Array.from({ length: 20 }, begin);
  for (let tries = 0; tries < 100 && events.records.length < 20; tries++) {
    await sleep(10);
    gc();
    await events.flush();
  }
  assert.equal(calls.filter((call) => call.deref() !== undefined).length, 0);
  assert.deepEqual(incomplete(events), Array(20).fill(true));
  await events.close();
});

test('an answer without end is bounded, and says that it was cut', async () => {
  const events = testLogger();
  const call = events.llm({ model: 'm' });
  const piece = 'x'.repeat(64 * 1024);
  for (let count = 0; count < 100; count++) call.token(piece);
  call.end();
  await events.close();
  const [{ attributes } = { attributes: {} }] = events.records;
  const [message] = said(events.emitted[0] as EmittedEvent) as { parts: { content: string }[] }[];
  assert.equal(message?.parts[0]?.content.length, 1024 * 1024);
  assert.equal((attributes as Record<string, unknown>)['event.truncated'], 84);
});

test('with captureContent: false nothing of the answer is kept, but when it began and how it ended', async () => {
  const chunks = [delta({ content: 'SECRET' }), delta({}, 'stop')];
  const event = await eventOf(chunks, { prompt: 'SECRET' }, { captureContent: false });
  assert.doesNotMatch(JSON.stringify(event), /SECRET/);
  assert.deepEqual(event.data['gen_ai.response.finish_reasons'], ['stop']);
  assert.equal(typeof event.data['gen_ai.response.time_to_first_chunk'], 'number');
});

test('hostile chunks and arguments cost nothing but themselves', async () => {
  const no = (): never => {
    throw new Error('on purpose');
  };
  const get = (_: object, key: string | symbol): undefined => (key === 'then' ? undefined : no());
  const hostile = new Proxy({}, { get, has: no, ownKeys: no, getPrototypeOf: no });
  const chunks = [hostile, null, 7, [], { choices: [hostile, null] }, { choices: 'x' }, { type: 'finish' }];
  const events = testLogger({ logLevel: 'none' });
  const call = events.llm(hostile);
  let count = 0;
  for await (const _ of call.stream(streamOf([...chunks, delta({ content: 'Hi' })]))) count++;
  events.llm(null as never).end(hostile);
  events.llm('x' as never).fail(hostile, null as never);
  await events.close();
  assert.equal(count, chunks.length + 1);
  assert.equal(events.emitted.length, 3);
  assert.deepEqual(said(events.emitted[0] as EmittedEvent), [{ role: 'assistant', parts: [text('Hi')] }]);
});

test('objects of chunks are taken as they are when they come, whatever the app does with them later', async () => {
  const events = testLogger();
  const input: Record<string, unknown> = { a: 1 };
  const chunks = [{ type: 'tool-call', toolCallId: 't', toolName: 'n', input }];
  for await (const _ of events.llm({ model: 'm' }).stream(streamOf(chunks)))
    Object.assign(input, { a: 'changed', password: 'SECRET' });
  await events.close();
  assert.deepEqual(said(events.emitted[0] as EmittedEvent), [
    { role: 'assistant', parts: [{ type: 'tool_call', id: 't', name: 'n', arguments: { a: 1 } }] },
  ]);
});

test('a failure that a stream tells as a plain object has its own type and message', async () => {
  const told: [unknown, string][] = [
    [{ type: 'overloaded_error', message: 'Overloaded' }, 'overloaded_error'],
    ['Overloaded', 'Error'],
  ];
  for (const [error, type] of told) {
    const { error: failure } = await eventOf([{ type: 'error', error }]);
    assert.deepEqual([failure?.type, failure?.message], [type, 'Overloaded']);
  }
});

test('calls of tools without an index are told apart by their ids', async () => {
  const call = (id: string | undefined, given: string): object => ({
    id,
    function: { name: 'f', arguments: given },
  });
  const chunk = (...calls: object[]): object => ({ choices: [{ index: 0, delta: { tool_calls: calls } }] });
  const event = await eventOf([
    chunk(call('a', '{"n":1}'), call('b', '{"n"')),
    chunk(call(undefined, ':2}')),
  ]);
  const part = (id: string, n: number): object => ({ type: 'tool_call', id, name: 'f', arguments: { n } });
  assert.deepEqual(said(event), [{ role: 'assistant', parts: [part('a', 1), part('b', 2)] }]);
});

test('what is cut of an object of a chunk is counted', async () => {
  const input = { text: 'x'.repeat(2 * 1024 * 1024) };
  const output = [{ type: 'message', content: [{ type: 'output_text', text: input.text }] }];
  for (const chunk of [
    { type: 'tool-call', toolCallId: 't', toolName: 'n', input },
    { type: 'response.completed', response: { output } },
  ]) {
    const events = testLogger();
    for await (const _ of events.llm().stream(streamOf([chunk])));
    await events.close();
    const [record] = events.records;
    assert.ok(JSON.stringify(record?.attributes['gen_ai.output.messages']).length < 1.1 * 1024 * 1024);
    assert.equal(record?.attributes['event.truncated'], 1);
  }
});
