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

// The span begins here, and ends with the stream: the text, tokens, finish reason and times are taken from it.
const call = events.llm({ userId: 'u7', threadId: 'cats', provider: 'openai', model, prompt });
const stream = client.chat.completions.create({
  model,
  messages: [{ role: 'user', content: prompt }],
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of call.stream(stream)) process.stdout.write(chunk.choices[0]?.delta.content ?? '');
console.log();

// Days later, in another process: the reference is plain data.
events.feedback({ of: call.reference, name: 'helpful', score: 1, comment: 'Counted right.', userId: 'u7' });

await events.close();
fake?.close();
