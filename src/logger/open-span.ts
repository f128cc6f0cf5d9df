import { type Context, type Link, ROOT_CONTEXT } from '@opentelemetry/api';
import { mapFirst } from '../bounded-list.ts';
import { counted } from '../counted.ts';
import type { Emitted } from '../delivery/sink.ts';
import { OtelEventsError } from '../errors.ts';
import type { Event } from '../event.ts';
import { isList } from '../kind-of.ts';
import { isMap } from '../options.ts';
import { ScopeSpan, type ScopeSpanOptions } from '../otel/scope-span.ts';
import { isSpanKind, warn } from './checked-options.ts';
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
    return new ScopeSpan(emitter.tracer(), shown, parent, {
      kind: isSpanKind(kind) ? kind : undefined,
      links: linksOf(links, emitter),
    });
  } catch (cause) {
    const message = "the app's tracer threw when a scope began; its event is not affected";
    emitter.diagnostics.burst('tracer begin', 'EXPORT_FAILED', message, { cause });
    return onlyIds(shown, parent);
  }
}

/** Those that are links, unless they are too many: tracers walk them. What is no list is said by the options' check. */
function linksOf(links: unknown, { diagnostics }: Emitter): readonly Link[] | undefined {
  if (!isList(links)) return undefined;
  const items = mapFirst<unknown, unknown>(
    links,
    (link) => link,
    (count) =>
      diagnostics.once('long links', () => {
        const message = `option links of an event: ${counted(count, 'item too many is', 'items too many are')} left out; this is said once`;
        return new OtelEventsError('EVENT_INVALID', message);
      }),
  );
  return items.filter((link): link is Link => {
    if (isMap(link) && isMap(link.context)) return true;
    const wanted = 'an item of option links of an event: wanted an object with a context';
    warn(diagnostics, 'links item', wanted, link, 'it is left out');
    return false;
  });
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
      const content = emitted.content ?? emitter.contentOf(one);
      if (without.length === 0) return content;
      const shown = Object.entries(content.attributes).filter(([name]) => !without.includes(name));
      return { ...content, attributes: Object.fromEntries(shown) };
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
    givenTime: undefined,
    userId: undefined,
    projectId: undefined,
    sessionId: undefined,
    previousSessionId: undefined,
  };
  const failure = event.failure && { type: event.failure.type, message: '', stacktrace: undefined };
  return { ...event, ...nothing, ...nobody, failure };
}
