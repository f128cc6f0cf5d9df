import { randomBytes } from 'node:crypto';
import {
  type Attributes,
  type Context,
  INVALID_TRACEID,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { EpochTime, Event, EventFailure } from '../event.ts';
import { type EventContent, identityOf } from '../otlp/event/event-content.ts';
import type { AttributeMap, AttributeValue } from '../otlp/values/attribute-value.ts';
import { cutText } from '../otlp/values/cut-text.ts';
import { appApi } from './app-api.ts';
import { simpleAttributes, skippedCopies } from './copy-to-span.ts';
import type { ChosenTracer } from './providers.ts';
import { fitToSpan, restoreIdentifiers, type SdkSpan, valueLimitOf } from './span-limits.ts';

/** What a scope says of its span beside the event itself. */
export interface ScopeSpanOptions {
  /** OTel span kind; default INTERNAL. */
  readonly kind: number | undefined;
  readonly links: readonly Link[] | undefined;
}

/** The span of one `track()` scope. Without a tracer it only has ids, so that its events belong together. */
export class ScopeSpan {
  readonly span: Span;
  /** The parent's context with this span in it. */
  readonly context: Context;
  /** Read once: an app's span may throw. */
  readonly spanContext: SpanContext;
  readonly #own: boolean;

  constructor(chosen: ChosenTracer | undefined, event: Event, parent: Context, options: ScopeSpanOptions) {
    this.#own = chosen?.own ?? false;
    const identity = identityOf(event);
    this.span =
      chosen === undefined ? unexportedSpan(parent) : startSpan(chosen, event, parent, options, identity);
    this.spanContext = this.span.spanContext();
    this.context = trace.setSpan(parent, this.span);
    const isCut = valueLimitOf(this.span) !== undefined;
    this.#setAttributes(isCut ? identity : mapsOf(identity));
  }

  /** Ends the span as its event went. */
  end(event: Event, contentOf: (event: Event) => EventContent): void {
    if (this.span.isRecording()) this.#setOutcome(event, contentOf(event));
    this.span.end(toTuple(event.time));
  }

  #setOutcome({ time }: Event, { attributes, failure }: EventContent): void {
    this.#setAttributes(attributes);
    const skipped = skippedCopies(this.span);
    if (skipped > 0) this.span.setAttribute('event.span_events.skipped', skipped);
    if (failure !== undefined) {
      this.span.recordException(fitToSpan(this.span, toException(failure)), toTuple(time));
      const message = cutText(failure.message, MAX_STATUS_BYTES);
      this.span.setStatus({ code: SpanStatusCode.ERROR, message });
    }
  }

  #setAttributes(attributes: AttributeMap): void {
    if (!this.span.isRecording()) return;
    const keepsMaps = this.#own || keepsMapAttributes(this.span, attributes);
    const kept = keepsMaps ? (attributes as Attributes) : simpleAttributes(attributes);
    this.span.setAttributes(fitToSpan(this.span, kept));
    restoreIdentifiers((this.span as SdkSpan).attributes, attributes);
  }
}

/** Of what the attributes have whole, and a span says again: as its status, and as an exception among its events. */
const MAX_STATUS_BYTES = 4 * 1024;
const MAX_MESSAGE_BYTES = 16 * 1024;
const MAX_STACK_BYTES = 32 * 1024;

function toException({ type, message, stacktrace }: EventFailure): {
  name: string;
  message: string;
  stack?: string;
} {
  const exception = { name: type, message: cutText(message, MAX_MESSAGE_BYTES) };
  return stacktrace === undefined ? exception : { ...exception, stack: cutText(stacktrace, MAX_STACK_BYTES) };
}

/** Whether spans of an SDK keep maps, by the prototype of its spans. */
const keepsMapsOf = new WeakMap<object, boolean>();

/**
 * Whether an app's span keeps maps as attributes: SDK 3.x does, SDK 2.x drops them with a warning. An api
 * before 1.10 tells 2.x; else the first map of each SDK is tried.
 */
function keepsMapAttributes(span: Span, attributes: AttributeMap): boolean {
  const sdk = Object.getPrototypeOf(span) as object;
  const known = keepsMapsOf.get(sdk);
  if (known !== undefined) return known;
  const [major = 0, minor = 0] = (appApi().version ?? '').split('.').map(Number);
  const [[name, map] = []] = Object.entries(mapsOf(attributes));
  if (name === undefined) return false;
  let keeps = false;
  if (major > 1 || minor >= 10) {
    span.setAttribute(name, map as never);
    keeps = (span as Span & { attributes?: AttributeMap }).attributes?.[name] !== undefined;
  }
  keepsMapsOf.set(sdk, keeps);
  return keeps;
}

function mapsOf(attributes: AttributeMap): AttributeMap {
  const isMap = (value: AttributeValue): boolean =>
    typeof value === 'object' && value !== null && !isTextList(value);
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => isMap(value)));
}

function isTextList(value: AttributeValue): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function startSpan(
  { tracer, own }: ChosenTracer,
  event: Event,
  parent: Context,
  { kind, links }: ScopeSpanOptions,
  identity: AttributeMap,
): Span {
  const maps = mapsOf(identity);
  const attributes = own
    ? identity
    : Object.fromEntries(Object.entries(identity).filter(([name]) => !Object.hasOwn(maps, name)));
  const options = {
    startTime: toTuple(event.time),
    attributes,
    ...(kind === undefined ? {} : { kind }),
    ...(links === undefined ? {} : { links }),
  };
  const span = tracer.startSpan(event.name, options, parent);
  // A no-op tracer's has no ids, and its events would not belong together.
  const isReal = span.isRecording() || isSpanContextValid(span.spanContext());
  return isReal ? span : unexportedSpan(parent);
}

function unexportedSpan(parent: Context): Span {
  const outer = trace.getSpanContext(parent);
  const traceId = outer === undefined || outer.traceId === INVALID_TRACEID ? undefined : outer.traceId;
  return trace.wrapSpanContext({
    traceId: traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    traceFlags: outer?.traceFlags ?? 0,
  });
}

function toTuple(time: EpochTime): [number, number] {
  return [time[0], time[1]];
}
