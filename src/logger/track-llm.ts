import { SpanKind } from '@opentelemetry/api';
import { OtelEventsError } from '../errors.ts';
import type { EpochTime, Event, ScopeTimes } from '../event.ts';
import { formatTraceparent } from '../otel/traceparent.ts';
import { CONTENT_KEYS, EVALUATION_EVENT, GEN_AI, LLM_EVENT } from '../otlp/gen-ai.ts';
import { toEpochMs, toEpochSeconds, toEpochTime } from './clock.ts';
import type { ScopeOrigin } from './event-scope.ts';
import type { Feedback, LlmCall, LlmReference } from './llm-call.ts';
import { amount, feedbackData, llmData, type OnUnusable } from './llm-data.ts';
import { endSpan, openSpan } from './open-span.ts';
import { ERROR } from './severity.ts';
import { toFailure } from './to-failure.ts';

/** Emits a call to a model as a span, and as an event in it. Never throws. */
export function trackLlm(origin: ScopeOrigin, argument: LlmCall, captureContent: boolean): LlmReference {
  const { emitter, defaults } = origin;
  const call = readable(argument);
  const onUnusable = warner(origin, 'trackLlm');
  const given = <Key extends keyof LlmCall>(key: Key) => fieldOf(call, key, onUnusable);
  const options = defined({
    userId: given('userId'),
    projectId: given('projectId'),
    session: given('session'),
    tags: given('tags'),
    category: given('category'),
    timestamp: given('timestamp'),
  });
  const data = read(() => llmData(call, captureContent, onUnusable), onUnusable);
  const { event: draft, context } = emitter.draft(defaults, LLM_EVENT, data, options);
  const latency = amount(given('latency'), 'latency', onUnusable);
  const start = latency === undefined ? draft.time : before(draft.time, latency);
  const name = [data[GEN_AI.operation], data[GEN_AI.model]].filter((part) => part !== undefined).join(' ');
  const opening = { ...draft, name: name || LLM_EVENT, time: start, data: {} };
  const span = openSpan(emitter, opening, context, { kind: SpanKind.CLIENT });
  const error = given('error');
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
export function feedback(origin: ScopeOrigin, given: Feedback): string {
  const call = readable(given);
  const onUnusable = warner(origin, 'feedback');
  const data = read(() => feedbackData(call, onUnusable), onUnusable);
  const of = fieldOf(call, 'of', onUnusable) ?? { traceparent: undefined };
  const options = defined({
    userId: fieldOf(call, 'userId', onUnusable),
    traceparent: fieldOf(of, 'traceparent', onUnusable),
  });
  return origin.emitter.log(origin, EVALUATION_EVENT, data, options);
}

function readable<T extends object>(given: T): T {
  return typeof given === 'object' && given !== null ? given : ({} as T);
}

/** A field; undefined if it cannot be read. */
function fieldOf<T, Key extends keyof T>(call: T, key: Key, onUnusable: OnUnusable): T[Key] | undefined {
  try {
    return call[key];
  } catch {
    onUnusable(String(key), 'a value that can be read');
    return undefined;
  }
}

/** Getters of the caller's may throw. */
function read(make: () => Record<string, unknown>, onUnusable: OnUnusable): Record<string, unknown> {
  try {
    return make();
  } catch {
    onUnusable('the argument', 'an object that can be read');
    return {};
  }
}

function warner({ emitter }: ScopeOrigin, method: string): OnUnusable {
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

function defined<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
}
