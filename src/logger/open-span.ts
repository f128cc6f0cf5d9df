import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Event } from '../event.ts';
import type { Emitted } from '../otel/pipeline.ts';
import { ScopeSpan, type ScopeSpanOptions } from '../otel/scope-span.ts';
import type { Emitter } from './emitter.ts';

/** Starts the span of an event that is yet to come. An app's tracer that throws costs the span only. */
export function openSpan(
  emitter: Emitter,
  event: Event,
  parent: Context,
  options: Partial<ScopeSpanOptions> | undefined,
): ScopeSpan {
  // What processors may change is not shown before they have.
  const shown = emitter.changesEvents ? bare(event) : event;
  try {
    const { kind, links } = options ?? {};
    return new ScopeSpan(emitter.tracer(), shown, parent, { kind, links });
  } catch (cause) {
    const message = "the app's tracer threw when a scope began; its event is not affected";
    emitter.diagnostics.burst('tracer begin', 'EXPORT_FAILED', message, { cause });
    return onlyIds(shown, parent);
  }
}

function onlyIds(event: Event, parent: Context): ScopeSpan {
  const nothing = { kind: undefined, links: undefined };
  try {
    return new ScopeSpan(undefined, event, parent, nothing);
  } catch {
    // The parent is the app's too.
    return new ScopeSpan(undefined, event, ROOT_CONTEXT, nothing);
  }
}

/**
 * Ends a span as its event went out.
 * @param event - as it was emitted, in case processors have dropped it
 * @param without - attributes of the event that the span does not show
 */
export function endSpan(
  emitter: Emitter,
  span: ScopeSpan,
  event: Event,
  emitted: Emitted,
  without: readonly string[] = [],
): void {
  try {
    span.end(emitted.event ?? bare(event), (one) => {
      const { attributes } = emitted.content ?? emitter.attributesOf(one);
      if (without.length === 0) return attributes;
      return Object.fromEntries(Object.entries(attributes).filter(([name]) => !without.includes(name)));
    });
  } catch (cause) {
    const message = "the app's tracer threw when a scope ended; its event is not affected";
    emitter.diagnostics.burst('tracer end', 'EXPORT_FAILED', message, { cause });
  }
}

/** What remains of an event of which nothing is to be shown: that there was one, when, and whether it failed. */
function bare(event: Event): Event {
  const nothing = { category: undefined, tags: [], session: {}, context: {}, data: {}, message: undefined };
  const nobody = {
    userId: undefined,
    projectId: undefined,
    sessionId: undefined,
    previousSessionId: undefined,
  };
  const failure = event.failure && { type: event.failure.type, message: '', stacktrace: undefined };
  return { ...event, ...nothing, ...nobody, failure };
}
