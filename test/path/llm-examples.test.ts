// The examples for language models, run as they are: what an OpenAI-compatible client and the AI SDK leave behind.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { httpSink } from '../harness/http-sink.ts';
import { logRecordsOf, type Received, spansOf } from '../harness/otlp-json.ts';

const root = path.join(import.meta.dirname, '../..');
const run = promisify(execFile);

async function sentBy(...args: string[]): Promise<{ stdout: string; logs: Received[]; spans: Received[] }> {
  await using sink = await httpSink();
  const env = {
    PATH: process.env.PATH,
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  };
  const { stdout, stderr } = await run(process.execPath, args, { cwd: root, env });
  assert.equal(stderr, '');
  return { stdout, logs: logRecordsOf(sink.requests), spans: spansOf(sink.requests) };
}

test('OpenAI-compatible: a streamed answer with its tokens and time to first token, and feedback on it', async () => {
  const { stdout, logs, spans } = await sentBy('examples/llm/openai.ts');
  assert.equal(stdout, 'Four legs.\n');
  const [details, feedback] = logs;
  const attributes = details?.attributes ?? {};
  const {
    'gen_ai.response.time_to_first_chunk': firstChunk,
    'event.duration': duration,
    ...rest
  } = attributes;
  assert.ok(
    Number(firstChunk) > 0.015 && Number(firstChunk) < Number(duration),
    `${firstChunk} of ${duration} s`,
  );
  assert.deepEqual(
    [rest['gen_ai.response.id'], rest['gen_ai.response.model'], rest['gen_ai.usage.input_tokens']],
    ['chatcmpl-1', 'fake-1-mini', 12],
  );
  assert.deepEqual(rest['gen_ai.output.messages'], [
    { role: 'assistant', parts: [{ type: 'text', content: 'Four legs.' }], finish_reason: 'stop' },
  ]);
  assert.equal(feedback?.eventName, 'gen_ai.evaluation.result');
  assert.deepEqual([details?.traceId, details?.spanId], [feedback?.traceId, feedback?.spanId]);
  assert.deepEqual(
    spans.map(({ name, spanId }) => [name, spanId]),
    [['chat fake-1', details?.spanId]],
  );
});

test('AI SDK: its spans and our events are one trace, through one pipeline', async () => {
  const { logs, spans } = await sentBy('--import', 'otel-events/register', 'examples/llm/ai-sdk.ts');
  const spanOf = (name: string): Received | undefined => spans.find((span) => span.name === name);
  assert.deepEqual(
    logs.map(({ eventName }) => eventName),
    ['legs.counted', 'question.answered'],
  );
  assert.equal(logs[0]?.spanId, spanOf('execute_tool countLegs')?.spanId);
  assert.equal(logs[1]?.spanId, spanOf('question.answered')?.spanId);
  assert.equal(spanOf('invoke_agent mock-model-id')?.parentSpanId, spanOf('question.answered')?.spanId);
  assert.equal(new Set([...logs, ...spans].map(({ traceId }) => traceId)).size, 1);
});
