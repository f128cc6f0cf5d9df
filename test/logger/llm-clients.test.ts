// What the clients' own types allow becomes what the conventions have, whole.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LanguageModelUsage, ModelMessage, UIMessage } from 'ai';
import type OpenAI from 'openai';
import type { LlmCall } from '../../src/index.ts';
import { testLogger } from '../../src/testing.ts';

async function dataOf(call: LlmCall): Promise<Readonly<Record<string, unknown>>> {
  const events = testLogger();
  events.trackLlm(call);
  await events.flush();
  const [emitted] = events.emitted;
  return { ...emitted?.data };
}

const asked = async (messages: LlmCall['messages']): Promise<unknown> =>
  (await dataOf({ messages }))['gen_ai.input.messages'];
const answered = async (generation: LlmCall['generation']): Promise<unknown> =>
  (await dataOf({ generation }))['gen_ai.output.messages'];
const text = (content: string): object => ({ type: 'text', content });

const PNG = 'iVBORw0KGgo=';

test('OpenAI, chat: parts of a user, tool calls, answers of tools, refusals', async () => {
  const messages: OpenAI.ChatCompletionMessageParam[] = [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: 'https://a.example/cat.png', detail: 'low' } },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
        { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
        { type: 'file', file: { file_id: 'file-1' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERg==' } },
      ],
    },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at":"cat"}' } },
        { id: 'c2', type: 'custom', custom: { name: 'shell', input: 'ls -l' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'a cat' },
    {
      role: 'tool',
      tool_call_id: 'c2',
      content: [
        { type: 'text', text: 'one ' },
        { type: 'text', text: 'two' },
      ],
    },
    { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
  ];
  assert.deepEqual(await asked(messages), [
    { role: 'developer', parts: [text('Be brief.')] },
    {
      role: 'user',
      parts: [
        text('What is this?'),
        { type: 'uri', modality: 'image', uri: 'https://a.example/cat.png' },
        { type: 'blob', modality: 'image', mime_type: 'image/png', content: PNG },
        { type: 'blob', modality: 'audio', mime_type: 'audio/wav', content: 'UklGRg==' },
        { type: 'file', modality: 'document', file_id: 'file-1' },
        {
          type: 'blob',
          modality: 'document',
          mime_type: 'application/pdf',
          content: 'JVBERg==',
          filename: 'a.pdf',
        },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'tool_call', id: 'c1', name: 'look', arguments: { at: 'cat' } },
        { type: 'tool_call', id: 'c2', name: 'shell', arguments: 'ls -l' },
      ],
    },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'a cat' }] },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c2', response: 'one two' }] },
    { role: 'assistant', parts: [{ type: 'refusal', content: 'No.' }] },
  ]);
});

test('OpenAI, chat: a whole answer, its choices, tool calls beside empty parts, and its usage', async () => {
  const usage: OpenAI.CompletionUsage = {
    prompt_tokens: 12,
    completion_tokens: 8,
    total_tokens: 20,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 3 },
  };
  const message: OpenAI.ChatCompletionMessage = { role: 'assistant', content: 'Four.', refusal: null };
  const choices: OpenAI.ChatCompletion.Choice[] = [
    { index: 0, finish_reason: 'stop', logprobs: null, message },
    { index: 1, finish_reason: 'length', logprobs: null, message: { ...message, content: 'Fo' } },
  ];
  const data = await dataOf({ prompt: 'How many?', generation: { id: 'r1', choices }, usage });
  assert.deepEqual(data['gen_ai.output.messages'], [
    { role: 'assistant', parts: [text('Four.')], finish_reason: 'stop' },
    { role: 'assistant', parts: [text('Fo')], finish_reason: 'length' },
  ]);
  assert.deepEqual(
    ['input_tokens', 'output_tokens', 'cache_read.input_tokens', 'reasoning.output_tokens'].map(
      (name) => data[`gen_ai.usage.${name}`],
    ),
    [12, 8, 4, 3],
  );
  const call = { id: 'c', type: 'function', function: { name: 'add', arguments: 'not json' } };
  assert.deepEqual(await answered({ role: 'assistant', parts: [], tool_calls: [call] }), [
    { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'add', arguments: 'not json' }] },
  ]);
});

test('OpenAI, responses: items of input and output, reasoning, usage', async () => {
  const input: OpenAI.Responses.ResponseInput = [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Add.' },
        { type: 'input_image', file_id: 'f1', detail: 'auto' },
      ],
    },
    { type: 'function_call', call_id: 'c1', name: 'add', arguments: '[1,2]' },
    { type: 'function_call_output', call_id: 'c1', output: '3' },
  ];
  assert.deepEqual(await asked(input), [
    { role: 'user', parts: [text('Add.'), { type: 'file', modality: 'image', file_id: 'f1' }] },
    { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'add', arguments: [1, 2] }] },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 3 }] },
  ]);
  const output: OpenAI.Responses.ResponseOutputItem[] = [
    { type: 'reasoning', id: 'r', summary: [{ type: 'summary_text', text: 'Simple.' }] },
    {
      type: 'message',
      id: 'm',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Three.', annotations: [] }],
    },
  ];
  assert.deepEqual(await answered({ output }), [
    { role: 'assistant', parts: [{ type: 'reasoning', content: 'Simple.' }] },
    { role: 'assistant', parts: [text('Three.')], id: 'm', status: 'completed' },
  ]);
});

test('Anthropic: blocks of text, images, documents, thinking, tools and their results; usage beside a cache', async () => {
  const messages = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?', cache_control: { type: 'ephemeral' } },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
        { type: 'image', source: { type: 'url', url: 'https://a.example/cat.png' } },
        { type: 'document', source: { type: 'file', file_id: 'f1' } },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a page' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'A cat?', signature: 's' },
        { type: 'tool_use', id: 't1', name: 'look', input: { at: 'cat' } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'a cat' }] },
        { type: 'tool_result', tool_use_id: 't2', content: 'no', is_error: true },
      ],
    },
  ];
  assert.deepEqual(await asked(messages), [
    {
      role: 'user',
      parts: [
        text('What is this?'),
        { type: 'blob', modality: 'image', mime_type: 'image/png', content: PNG },
        { type: 'uri', modality: 'image', uri: 'https://a.example/cat.png' },
        { type: 'file', modality: 'document', file_id: 'f1' },
        text('a page'),
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', content: 'A cat?' },
        { type: 'tool_call', id: 't1', name: 'look', arguments: { at: 'cat' } },
      ],
    },
    {
      role: 'user',
      parts: [
        { type: 'tool_call_response', id: 't1', response: 'a cat' },
        { type: 'tool_call_response', id: 't2', response: 'no', is_error: true },
      ],
    },
  ]);
  const data = await dataOf({
    systemPrompt: [{ type: 'text', text: 'Be brief.' }],
    prompt: [{ type: 'text', text: 'How many?' }],
    generation: [
      { type: 'text', text: 'Four' },
      { type: 'text', text: ' legs.' },
    ],
    usage: {
      input_tokens: 10,
      output_tokens: 5,
      cache_creation_input_tokens: 100,
      cache_read_input_tokens: 1000,
    },
  });
  assert.deepEqual(data['gen_ai.system_instructions'], [text('Be brief.')]);
  assert.deepEqual(data['gen_ai.input.messages'], [{ role: 'user', parts: [text('How many?')] }]);
  assert.deepEqual(data['gen_ai.output.messages'], [
    { role: 'assistant', parts: [text('Four'), text(' legs.')] },
  ]);
  assert.deepEqual(
    ['input_tokens', 'output_tokens', 'cache_read.input_tokens', 'cache_creation.input_tokens'].map(
      (name) => data[`gen_ai.usage.${name}`],
    ),
    [1110, 5, 1000, 100],
  );
  assert.deepEqual(
    await answered({
      role: 'assistant',
      content: [{ type: 'text', text: 'Four' }],
      stop_reason: 'end_turn',
    } as object),
    [{ role: 'assistant', parts: [text('Four')], finish_reason: 'end_turn' }],
  );
});

test('AI SDK: messages for a model and for a page, usage', async () => {
  const messages: ModelMessage[] = [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image', image: new URL('https://a.example/cat.png') },
        { type: 'image', image: new Uint8Array([137, 80]), mediaType: 'image/png' },
        { type: 'file', data: 'JVBERg==', mediaType: 'application/pdf', filename: 'a.pdf' },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'A cat?' },
        { type: 'tool-call', toolCallId: 't1', toolName: 'look', input: { at: 'cat' } },
      ],
    },
    {
      role: 'tool',
      content: [
        { type: 'tool-result', toolCallId: 't1', toolName: 'look', output: { type: 'text', value: 'a cat' } },
      ],
    },
  ];
  assert.deepEqual(await asked(messages), [
    { role: 'system', parts: [text('Be brief.')] },
    {
      role: 'user',
      parts: [
        text('What is this?'),
        { type: 'uri', modality: 'image', uri: 'https://a.example/cat.png' },
        { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'iVA=' },
        {
          type: 'blob',
          modality: 'application',
          mime_type: 'application/pdf',
          content: 'JVBERg==',
          filename: 'a.pdf',
        },
      ],
    },
    {
      role: 'assistant',
      parts: [
        { type: 'reasoning', content: 'A cat?' },
        { type: 'tool_call', id: 't1', name: 'look', arguments: { at: 'cat' } },
      ],
    },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 't1', response: 'a cat' }] },
  ]);
  const page: UIMessage[] = [
    {
      id: 'm1',
      role: 'assistant',
      parts: [
        { type: 'text', text: 'Look:' },
        {
          type: 'tool-look',
          toolCallId: 't1',
          state: 'output-available',
          input: { at: 'cat' },
          output: 'a cat',
        },
      ],
    },
  ];
  assert.deepEqual(await asked(page), [
    {
      id: 'm1',
      role: 'assistant',
      parts: [
        text('Look:'),
        { type: 'tool_call', id: 't1', name: 'look', arguments: { at: 'cat' }, response: 'a cat' },
      ],
    },
  ]);
  const usage: LanguageModelUsage = {
    inputTokens: 12,
    outputTokens: 8,
    totalTokens: 20,
    inputTokenDetails: { noCacheTokens: 6, cacheReadTokens: 4, cacheWriteTokens: 2 },
    outputTokenDetails: { textTokens: 5, reasoningTokens: 3 },
  };
  const data = await dataOf({ prompt: 'x', usage });
  assert.deepEqual(
    ['input_tokens', 'output_tokens', 'cache_read.input_tokens', 'reasoning.output_tokens'].map(
      (name) => data[`gen_ai.usage.${name}`],
    ),
    [12, 8, 4, 3],
  );
});

test('what is unknown stays, and nothing becomes [object Object]', async () => {
  const messages = [
    { role: 'user', content: [{ type: 'hologram', at: [1, 2] }, { hello: 'world' }, 7] },
    { content: { a: 1 } },
  ];
  assert.deepEqual(await asked(messages), [
    {
      role: 'user',
      parts: [{ type: 'hologram', at: [1, 2] }, { type: 'unknown', content: { hello: 'world' } }, text('7')],
    },
    { role: 'user', parts: [{ type: 'unknown', content: { a: 1 } }] },
  ]);
  assert.deepEqual(await asked(['one', 'two']), [
    { role: 'user', parts: [text('one')] },
    { role: 'user', parts: [text('two')] },
  ]);
  const usage = undefined;
  assert.equal('gen_ai.usage.input_tokens' in (await dataOf({ prompt: 'x', usage })), false);
});

test('parts that make new ones whenever they are read have an end', async () => {
  const part: object = {
    type: 'tool_result',
    get content() {
      return [part];
    },
  };
  assert.ok(JSON.stringify(await asked([{ role: 'user', content: [part] }])).length < 1000);
});
