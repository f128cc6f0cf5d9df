import { MAX_ITEMS, mapFirst } from '../bounded-list.ts';
import { GEN_AI } from '../otlp/gen-ai.ts';
import type { Feedback, LlmCall, LlmMessage } from './llm-call.ts';
import { textOf } from './text-of.ts';

type Data = Record<string, unknown>;

/** Told of a field that is not what it should be. */
export type OnUnusable = (field: string, wanted: string) => void;

/** The data of the event of one call, under the names of the conventions. */
export function llmData(call: LlmCall, captureContent: boolean, onUnusable: OnUnusable): Data {
  const { usage = {} } = call;
  const tokens = (field: keyof typeof usage): number | undefined =>
    amount(usage[field], `usage.${field}`, onUnusable);
  return defined({
    [GEN_AI.operation]: text(call.operation) ?? 'chat',
    [GEN_AI.provider]: text(call.provider),
    [GEN_AI.model]: text(call.model),
    [GEN_AI.responseId]: text(call.responseId),
    [GEN_AI.responseModel]: text(call.responseModel),
    [GEN_AI.finishReasons]: call.finishReasons,
    [GEN_AI.timeToFirstChunk]: amount(call.timeToFirstToken, 'timeToFirstToken', onUnusable),
    [GEN_AI.inputTokens]: tokens('inputTokens'),
    [GEN_AI.outputTokens]: tokens('outputTokens'),
    [GEN_AI.cacheReadTokens]: tokens('cachedInputTokens'),
    [GEN_AI.reasoningTokens]: tokens('reasoningTokens'),
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
  const asked = prompt === undefined ? [] : [{ role: 'user', content: text(prompt) ?? '' }];
  const input = Array.isArray(messages) ? messages : asked;
  const onCut = (): void => onUnusable(`messages after the first ${MAX_ITEMS}`, 'a shorter list');
  const output = typeof generation === 'string' ? { role: 'assistant', content: generation } : generation;
  return {
    [GEN_AI.systemInstructions]: systemPrompt && [textPart(systemPrompt)],
    [GEN_AI.inputMessages]: input.length === 0 ? undefined : mapFirst(input, toMessage, onCut),
    [GEN_AI.outputMessages]: output && [toMessage(output)],
  };
}

function toMessage(message: LlmMessage): object {
  if (typeof message !== 'object' || message === null) return { role: 'user', parts: [textPart(message)] };
  const { content, parts, ...rest } = message;
  if (Array.isArray(parts)) return { ...rest, parts };
  return { ...rest, parts: content === undefined || content === null ? [] : [textPart(content)] };
}

function textPart(content: unknown): object {
  return { type: 'text', content: textOf(content) };
}

function text(value: unknown): string | undefined {
  return value === undefined || value === null || value === '' ? undefined : textOf(value);
}

function defined(data: Data): Data {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}
