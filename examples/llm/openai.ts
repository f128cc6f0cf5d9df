// `node examples/llm/openai.ts`: a streamed answer of any OpenAI-compatible API, logged, and judged by its reader.
import OpenAI from 'openai';
import { EventLogger } from 'otel-events';
import { startFakeModel } from './fake-model.ts';

const fake = process.env.OPENAI_BASE_URL === undefined ? await startFakeModel() : undefined;
const client = new OpenAI({
  apiKey: process.env.OPENAI_API_KEY ?? 'none',
  baseURL: fake?.baseUrl ?? process.env.OPENAI_BASE_URL ?? '',
});
const events = new EventLogger({ app: { name: 'assistant' } });

const model = process.env.MODEL ?? 'fake-1';
const prompt = 'How many legs has a cat?';
const start = performance.now();
const seconds = (): number => (performance.now() - start) / 1000;

const stream = await client.chat.completions.create({
  model,
  messages: [{ role: 'user', content: prompt }],
  stream: true,
  stream_options: { include_usage: true },
});
let generation = '';
let timeToFirstToken: number | undefined;
let last: OpenAI.ChatCompletionChunk | undefined;
let finishReason: string | undefined;
for await (const chunk of stream) {
  timeToFirstToken ??= seconds();
  generation += chunk.choices[0]?.delta.content ?? '';
  finishReason = chunk.choices[0]?.finish_reason ?? finishReason;
  last = chunk;
}

const reference = events.trackLlm({
  userId: 'u7',
  threadId: 'cats',
  provider: 'openai',
  model,
  prompt,
  generation,
  latency: seconds(),
  ...(timeToFirstToken === undefined ? {} : { timeToFirstToken }),
  ...(finishReason === undefined ? {} : { finishReasons: [finishReason] }),
  ...(last === undefined ? {} : { responseId: last.id, responseModel: last.model }),
  usage: { inputTokens: last?.usage?.prompt_tokens ?? 0, outputTokens: last?.usage?.completion_tokens ?? 0 },
});
console.log(generation);

// Days later, in another process: what trackLlm gave back is plain data.
events.feedback({ of: reference, name: 'helpful', score: 1, comment: 'Counted right.', userId: 'u7' });

await events.close();
fake?.close();
