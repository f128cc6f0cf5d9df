// `node --import otel-events/register examples/llm/ai-sdk.ts`: the AI SDK's own telemetry, and events in its traces.
import { OpenTelemetry } from '@ai-sdk/otel';
import { generateText, registerTelemetry, tool } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { EventLogger } from 'otel-events';
import { z } from 'zod';

// Its spans go to the provider that otel-events/register has set up, and out through the same durable pipeline.
registerTelemetry(new OpenTelemetry());
const events = new EventLogger({ app: { name: 'assistant' } });

const usage = {
  inputTokens: { total: 12, noCache: 12, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 3, text: 3, reasoning: 0 },
};
/** Stands in for `openai('gpt-…')` or any other model: calls a tool first, then answers. */
const model = new MockLanguageModelV4({
  doGenerate: [
    {
      content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'countLegs', input: '{"animal":"cat"}' }],
      finishReason: { unified: 'tool-calls', raw: 'tool_calls' },
      usage,
      warnings: [],
    },
    {
      content: [{ type: 'text', text: 'Four.' }],
      finishReason: { unified: 'stop', raw: 'stop' },
      usage,
      warnings: [],
    },
  ],
});

const countLegs = tool({
  description: 'Counts the legs of an animal.',
  inputSchema: z.object({ animal: z.string() }),
  execute: async ({ animal }) => {
    // Inside of the SDK's span for the tool: the event has its trace.
    events.log('legs.counted', { animal });
    return { legs: 4 };
  },
});

const { text } = await events.track('question.answered', { topic: 'cats' }, () =>
  generateText({
    model,
    tools: { countLegs },
    stopWhen: ({ steps }) => steps.length === 2,
    prompt: 'How many legs has a cat?',
  }),
);
console.log(text);
await events.close();
