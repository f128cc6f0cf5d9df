import { MAX_ITEMS } from '../../bounded-list.ts';
import { GEN_AI } from '../../otlp/event/gen-ai.ts';
import { textOf } from '../text-of.ts';
import type { Feedback, LlmCall } from './llm-call.ts';
import { messagesOf } from './llm-messages.ts';
import { partsOf } from './llm-parts.ts';
import { amountsIn } from './llm-usage.ts';

type Data = Record<string, unknown>;

/** Told of a field that is not what it should be. */
export type OnUnusable = (field: string, wanted: string) => void;

/** The data of the event of one call, under the names of the conventions. */
export function llmData(call: LlmCall, captureContent: boolean, onUnusable: OnUnusable): Data {
  const amounts = amountsIn(call.usage ?? {}).map(({ attribute, field, value }) => [
    attribute,
    amount(value, `usage.${field}`, onUnusable),
  ]);
  return defined({
    [GEN_AI.operation]: text(call.operation) ?? 'chat',
    [GEN_AI.provider]: text(call.provider),
    [GEN_AI.model]: text(call.model),
    [GEN_AI.responseId]: text(call.responseId),
    [GEN_AI.responseModel]: text(call.responseModel),
    [GEN_AI.finishReasons]: call.finishReasons,
    [GEN_AI.timeToFirstChunk]: amount(call.timeToFirstToken, 'timeToFirstToken', onUnusable),
    ...Object.fromEntries(amounts),
    [GEN_AI.conversationId]: text(call.threadId),
    [GEN_AI.agentId]: text(call.assistantId),
    ...(captureContent ? contentOf(call, onUnusable) : {}),
    ...call.properties,
  });
}

/** The data of a judgement. */
export function feedbackData({ of, name, score, label, comment }: Feedback, onUnusable: OnUnusable): Data {
  return defined({
    [GEN_AI.evaluationName]: text(name),
    [GEN_AI.evaluationScore]: score === undefined || Number.isFinite(score) ? score : undefined,
    [GEN_AI.evaluationLabel]: text(label),
    [GEN_AI.evaluationExplanation]: text(comment),
    [GEN_AI.responseId]: text(of?.responseId),
    [GEN_AI.conversationId]: text(of?.conversationId),
    // No convention names the event that is judged.
    'gen_ai.evaluation.of': text(of?.id) ?? onUnusable('of', 'what trackLlm gave back'),
  });
}

/** An amount that can be measured; undefined, and said, for anything else. */
export function amount(value: unknown, field: string, onUnusable: OnUnusable): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  onUnusable(field, 'a number, at least 0');
  return undefined;
}

function contentOf({ systemPrompt, messages, prompt, generation }: LlmCall, onUnusable: OnUnusable): Data {
  const onCut = (): void => onUnusable(`messages after the first ${MAX_ITEMS}`, 'a shorter list');
  const input = messagesOf(messages ?? (prompt === '' ? undefined : prompt), 'user', onCut);
  const output = messagesOf(generation === '' ? undefined : generation, 'assistant', onCut);
  const system = systemPrompt === '' ? [] : partsOf(systemPrompt);
  return {
    [GEN_AI.systemInstructions]: system.length === 0 ? undefined : system,
    [GEN_AI.inputMessages]: input.length === 0 ? undefined : input,
    [GEN_AI.outputMessages]: output.length === 0 ? undefined : output,
  };
}

function text(value: unknown): string | undefined {
  return value === undefined || value === null || value === '' ? undefined : textOf(value);
}

function defined(data: Data): Data {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}
