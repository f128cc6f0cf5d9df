// Stands for a language model: what matters here is what is said about a call of one.
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLogger } from 'otel-events';

export interface Question {
  readonly question: string;
  /** The conversation. */
  readonly thread: string;
  /** What the visitor makes of the answer, from 0 to 1; undefined when nothing is said. */
  readonly rating?: number | undefined;
}

const MODELS = [
  { model: 'barista-large', msPerToken: 3 },
  { model: 'barista-mini', msPerToken: 1 },
] as const;

let calls = 0;

/** Answers, and tells the events what was asked, what it cost, how long it took and whether it helped. */
export async function askAssistant(
  events: EventLogger,
  { question, thread, rating }: Question,
): Promise<string> {
  const { model, msPerToken } = MODELS[calls++ % MODELS.length] ?? MODELS[0];
  const generation = `Try the flat white. You asked: ${question}`;
  const usage = { inputTokens: words(question) * 2, outputTokens: words(generation) * 2 };
  const startMs = performance.now();
  await sleep(usage.outputTokens * msPerToken);
  const latency = (performance.now() - startMs) / 1000;

  const reference = events.trackLlm({
    prompt: question,
    generation,
    model,
    provider: 'coffee-house',
    threadId: thread,
    latency,
    usage,
    timeToFirstToken: latency / 4,
  });
  if (rating !== undefined) {
    events.feedback({ of: reference, name: 'helpful', score: rating, label: rating > 0.5 ? 'yes' : 'no' });
  }
  return generation;
}

function words(text: string): number {
  return text.split(' ').length;
}
