import { SpanKind } from '@opentelemetry/api';
import { toEpochTime } from '../../epoch-time.ts';
import { OtelEventsError } from '../../errors.ts';
import type { EpochTime, Event, ScopeTimes } from '../../event.ts';
import { kindOf } from '../../kind-of.ts';
import { nearestName } from '../../nearest-name.ts';
import { isMap } from '../../options.ts';
import { formatTraceparent } from '../../otel/traceparent.ts';
import { copyFields } from '../../otlp/event/copy-fields.ts';
import { CONTENT_KEYS, EVALUATION_EVENT, GEN_AI, LLM_EVENT } from '../../otlp/event/gen-ai.ts';
import { toEpochMs, toEpochSeconds } from '../clock.ts';
import type { ScopeOrigin } from '../event-scope.ts';
import { endSpan, openSpan } from '../open-span.ts';
import { ERROR } from '../severity.ts';
import { toFailure } from '../to-failure.ts';
import type { Feedback, LlmCall, LlmReference, LlmUsage } from './llm-call.ts';
import { amount, feedbackData, llmData, type OnUnusable } from './llm-data.ts';

/** Emits a call to a model as a span, and as an event in it. Never throws. */
export function trackLlm(origin: ScopeOrigin, argument: LlmCall, captureContent: boolean): LlmReference {
  const { emitter, defaults } = origin;
  const onUnusable = warner(origin, 'trackLlm');
  const call = copyCall(argument, onUnusable);
  const { userId, projectId, session, tags, category, timestamp, error } = call;
  const options = defined({ userId, projectId, session, tags, category, timestamp });
  const data = read(call, (given) => llmData(given, captureContent, onUnusable), onUnusable);
  const { event: draft, context } = emitter.draft(defaults, LLM_EVENT, data, options);
  const latency = amount(call.latency, 'latency', onUnusable);
  const start = latency === undefined ? draft.time : before(draft.time, latency);
  const opening = { ...draft, name: spanName(data), time: start, data: {} };
  const span = openSpan(emitter, opening, context, { kind: SpanKind.CLIENT });
  const event: Event = {
    ...draft,
    ...(error === undefined ? {} : { failure: toFailure(error), severity: ERROR }),
    scope: latency === undefined ? undefined : times(start, draft.time, latency),
    span: span.spanContext,
  };
  endSpan(emitter, span, event, emitter.emit(event, span.context), CONTENT_KEYS);
  const { [GEN_AI.responseId]: responseId, [GEN_AI.conversationId]: conversationId } = data;
  return {
    id: event.id,
    traceparent: formatTraceparent(span.spanContext),
    ...(typeof responseId === 'string' ? { responseId } : {}),
    ...(typeof conversationId === 'string' ? { conversationId } : {}),
  };
}

/** Emits a judgement, in the trace of what was judged. Never throws. */
export function feedback(origin: ScopeOrigin, argument: Feedback): string {
  const onUnusable = warner(origin, 'feedback');
  const given = fieldsOf<Feedback>(argument, FEEDBACK_FIELDS, onUnusable);
  const of = fieldsOf<Feedback['of']>(given.of, REFERENCE_FIELDS, onUnusable);
  const call = { ...given, of } as Feedback;
  const data = read(call, (judged) => feedbackData(judged, onUnusable), onUnusable);
  const { userId, timestamp } = call;
  const options = defined({ userId, timestamp, traceparent: of.traceparent });
  return origin.emitter.log(origin, EVALUATION_EVENT, data, options);
}

/** `chat gpt-x`: what the conventions call the span of a call. */
export function spanName(data: Readonly<Record<string, unknown>>): string {
  const parts = [data[GEN_AI.operation], data[GEN_AI.model]];
  return parts.filter((part) => typeof part === 'string').join(' ') || LLM_EVENT;
}

type FieldsOf<T> = Readonly<Record<keyof T, true>>;

/** All that is read of an argument; the compiler says which are missing. */
const CALL_FIELDS: FieldsOf<LlmCall> = {
  userId: true,
  projectId: true,
  session: true,
  tags: true,
  category: true,
  prompt: true,
  generation: true,
  assistantId: true,
  properties: true,
  timestamp: true,
  latency: true,
  threadId: true,
  operation: true,
  model: true,
  provider: true,
  usage: true,
  systemPrompt: true,
  messages: true,
  responseId: true,
  responseModel: true,
  finishReasons: true,
  timeToFirstToken: true,
  error: true,
};
const USAGE_FIELDS: FieldsOf<LlmUsage> = {
  inputTokens: true,
  outputTokens: true,
  cachedInputTokens: true,
  cacheCreationInputTokens: true,
  reasoningTokens: true,
  input_tokens: true,
  output_tokens: true,
  input_tokens_details: true,
  output_tokens_details: true,
  cache_read_input_tokens: true,
  cache_creation_input_tokens: true,
  prompt_tokens: true,
  completion_tokens: true,
  prompt_tokens_details: true,
  completion_tokens_details: true,
  promptTokens: true,
  completionTokens: true,
  inputTokenDetails: true,
  outputTokenDetails: true,
};
const FEEDBACK_FIELDS: FieldsOf<Feedback> = {
  of: true,
  name: true,
  score: true,
  label: true,
  comment: true,
  userId: true,
  timestamp: true,
};
const REFERENCE_FIELDS: FieldsOf<LlmReference> = {
  id: true,
  traceparent: true,
  responseId: true,
  conversationId: true,
};

/** What is known of a call, each field read once. */
export function copyCall(argument: LlmCall, onUnusable: OnUnusable): LlmCall {
  if (!isMap(argument)) onUnusable('the argument', `an object, got ${kindOf(argument)}`);
  else warnOfMisspelling(argument, onUnusable);
  const call = fieldsOf<LlmCall>(argument, CALL_FIELDS, onUnusable);
  return { ...call, usage: fieldsOf<LlmUsage>(call.usage, USAGE_FIELDS, onUnusable) };
}

/** Of fields that nearly have the name of one: clients' requests, which may be given as they are, have others. */
function warnOfMisspelling(argument: object, onUnusable: OnUnusable): void {
  const known = Object.keys(CALL_FIELDS);
  for (const key of keysOf(argument)) {
    if (Object.hasOwn(CALL_FIELDS, key)) continue;
    const nearest = nearestName(key, known, 2);
    if (nearest !== undefined) onUnusable(key, `the name of a field (did you mean ${nearest}?)`);
  }
}

/** A proxy may throw; that is said where its fields are read. */
function keysOf(argument: object): string[] {
  try {
    return Object.keys(argument);
  } catch {
    return [];
  }
}

/** Known fields, each read once; those that cannot be read are left out. */
function fieldsOf<T extends object>(given: unknown, known: FieldsOf<T>, onUnusable: OnUnusable): Partial<T> {
  if (typeof given !== 'object' || given === null) return {};
  const fields: Partial<T> = {};
  for (const key of Object.keys(known) as (keyof T & string)[]) {
    try {
      fields[key] = (given as T)[key];
    } catch {
      onUnusable(key, 'a value that can be read');
    }
  }
  return fields;
}

type Data = Record<string, unknown>;

/** What the data of a call are made by. What is deeper in the argument may throw as well: then it is read again, with care. */
export function read<T extends object>(given: T, make: (given: T) => Data, onUnusable: OnUnusable): Data {
  try {
    return make(given);
  } catch {
    onUnusable('the argument', 'an object that can be read');
  }
  try {
    return make(copyFields(given) as T);
  } catch {
    return {};
  }
}

/** Says once what is not usable, by the method that was given it. */
export function warner({ emitter }: ScopeOrigin, method: string): OnUnusable {
  return (field, wanted) =>
    emitter.diagnostics.once(`${method} ${field}`, () => {
      const message = `${method}: ${field}: wanted ${wanted}; the value is left out, this is said once`;
      return new OtelEventsError('EVENT_INVALID', message);
    });
}

function before(time: EpochTime, seconds: number): EpochTime {
  return toEpochTime(Math.max(0, toEpochMs(time) - seconds * 1000)) ?? time;
}

function times(start: EpochTime, end: EpochTime, duration: number): ScopeTimes {
  return { start: toEpochSeconds(start), end: toEpochSeconds(end), duration };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what was not given. */
export function defined<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
}
