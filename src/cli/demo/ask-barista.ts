import { SpanKind } from '@opentelemetry/api';
import type { LlmMessage, LlmReference } from '../../logger/llm/llm-call.ts';
import { PRODUCTS } from './catalogue.ts';
import type { Visit } from './world.ts';

/** What somebody asks the shop's assistant, and what it says. */
interface Turn {
  readonly question: string;
  /** Looked up before it answers. */
  readonly lookUp?: { readonly sku: string };
  readonly answer: string;
}

const TALKS: readonly (readonly Turn[])[] = [
  [
    {
      question: 'Which coffee is good for a French press?',
      answer: 'A coarse grind of a medium or dark roast. Many like our Huila or the Sumatra.',
    },
    {
      question: 'How much is the Huila?',
      lookUp: { sku: 'huila' },
      answer: 'The Huila is 16.90 € a bag, and there is enough of it.',
    },
    { question: 'Thanks!', answer: 'Enjoy it.' },
  ],
  [
    {
      question: 'My payment failed. Was I charged?',
      answer:
        'No. A payment that failed takes nothing from your account. You can try again or with another card.',
    },
    {
      question: 'It failed again.',
      answer: 'I am sorry. I have told my colleagues, who look at your bank now.',
    },
  ],
  [
    {
      question: 'Do you have decaf that does not taste like cardboard?',
      lookUp: { sku: 'decaf' },
      answer: 'Ours is decaffeinated with water and roasted medium: chocolate, no cardboard. 15.50 € a bag.',
    },
  ],
];

const SYSTEM = 'You are the barista of a coffee shop. Answer in two sentences. Look prices up.';
const MODEL = 'barista-small';

/** A talk with the shop's assistant, which is a language model that does not exist, and what is thought of it. */
export async function askBarista(visit: Visit): Promise<void> {
  const { dice, clock, shop } = visit;
  const threadId = `talk-${dice.id(6)}`;
  const said: LlmMessage[] = [];
  let reference: LlmReference | undefined;
  for (const turn of dice.pick(TALKS)) {
    said.push({ role: 'user', content: turn.question });
    const scope = shop.track('barista.answer', {}, { timestamp: clock.nowMs, kind: SpanKind.SERVER });
    if (turn.lookUp !== undefined) {
      const id = `call-${dice.id(6)}`;
      const { sku } = turn.lookUp;
      const call = { type: 'tool_call', id, name: 'look_up_price', arguments: { sku } };
      await generate(visit, { threadId, said, parts: [call], run: (fn) => scope.run(fn) });
      const response = { ...PRODUCTS.find((product) => product.sku === sku), inStock: true };
      said.push({ role: 'assistant', parts: [call] });
      said.push({ role: 'tool', parts: [{ type: 'tool_call_response', id, response }] });
    }
    const parts = [{ type: 'text', content: turn.answer }];
    reference = await generate(visit, { threadId, said, parts, run: (fn) => scope.run(fn) });
    said.push({ role: 'assistant', parts });
    scope.end({ timestamp: clock.nowMs });
    await clock.wait(dice.between(8, 40) * 1000);
  }
  if (reference === undefined || !dice.chance(0.6)) return;
  const isHelpful = dice.chance(0.75);
  shop.feedback({
    of: reference,
    name: 'helpful',
    score: isHelpful ? 1 : 0,
    label: isHelpful ? 'up' : 'down',
    ...(isHelpful ? {} : { comment: 'That was no answer.' }),
    userId: visit.person.id,
    timestamp: clock.nowMs,
  });
}

interface Generation {
  readonly threadId: string;
  readonly said: readonly LlmMessage[];
  /** Of what the model says. */
  readonly parts: readonly object[];
  readonly run: <T>(fn: () => T) => T;
}

async function generate(visit: Visit, { threadId, said, parts, run }: Generation): Promise<LlmReference> {
  const { dice, clock, shop } = visit;
  const latency = dice.between(0.4, 2.4);
  await clock.wait(latency * 1000);
  const isCall = parts.some((part) => (part as { type: string }).type === 'tool_call');
  return run(() =>
    shop.trackLlm({
      threadId,
      model: MODEL,
      provider: 'made-up',
      assistantId: 'barista',
      systemPrompt: SYSTEM,
      messages: [...said],
      generation: { role: 'assistant', parts, finish_reason: isCall ? 'tool_call' : 'stop' },
      usage: { inputTokens: tokensOf(said) + tokensOf(SYSTEM), outputTokens: tokensOf(parts) },
      responseId: `r-${dice.id(8)}`,
      finishReasons: [isCall ? 'tool_call' : 'stop'],
      latency,
      timeToFirstToken: latency * dice.between(0.2, 0.6),
      timestamp: clock.nowMs,
    }),
  );
}

/** About as many as a model would count. */
function tokensOf(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / 4);
}
