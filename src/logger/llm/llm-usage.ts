import { GEN_AI } from '../../otlp/event/gen-ai.ts';
import type { LlmUsage } from './llm-call.ts';
import { isFields } from './llm-parts.ts';

/** Where each amount stands, in the names of the clients; the first that is there counts. */
const AMOUNTS: readonly (readonly [attribute: string, ...paths: string[]])[] = [
  [GEN_AI.inputTokens, 'inputTokens', 'input_tokens', 'prompt_tokens', 'promptTokens'],
  [GEN_AI.outputTokens, 'outputTokens', 'output_tokens', 'completion_tokens', 'completionTokens'],
  [
    GEN_AI.cacheReadTokens,
    'cachedInputTokens',
    'cacheReadInputTokens',
    'cache_read_input_tokens',
    'inputTokenDetails.cacheReadTokens',
    'input_tokens_details.cached_tokens',
    'prompt_tokens_details.cached_tokens',
  ],
  [
    GEN_AI.cacheCreationTokens,
    'cacheCreationInputTokens',
    'cache_creation_input_tokens',
    'inputTokenDetails.cacheWriteTokens',
  ],
  [
    GEN_AI.reasoningTokens,
    'reasoningTokens',
    'outputTokenDetails.reasoningTokens',
    'output_tokens_details.reasoning_tokens',
    'completion_tokens_details.reasoning_tokens',
  ],
];

/** The amounts of a call, as given: by attribute, with the name of the field that held each. */
export function amountsIn(usage: LlmUsage): { attribute: string; field: string; value: unknown }[] {
  const found = AMOUNTS.flatMap(([attribute, ...paths]) => {
    const field = paths.find((path) => isThere(at(usage, path)));
    return field === undefined ? [] : [{ attribute, field, value: at(usage, field) }];
  });
  return withCached(usage, found);
}

/** Anthropic counts what came from a cache, or went into one, beside the input; the conventions count it as input. */
function withCached(usage: LlmUsage, found: ReturnType<typeof amountsIn>): typeof found {
  const beside = [at(usage, 'cache_read_input_tokens'), at(usage, 'cache_creation_input_tokens')];
  const cached = beside.reduce<number>((sum, value) => sum + (isAmount(value) ? value : 0), 0);
  return found.map((each) => {
    const isInput = each.field === 'input_tokens' && isAmount(each.value);
    return isInput ? { ...each, value: (each.value as number) + cached } : each;
  });
}

function at(usage: LlmUsage, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isFields(value) ? value[key] : undefined), usage);
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
