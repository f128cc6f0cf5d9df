import type { ReadableTime } from './encode-readable.ts';
import { encodeWith } from './encode-with.ts';
import { SPAN, SPAN_EVENT, SPAN_LINK, SPAN_STATUS, SPANS } from './record-tags.ts';
import type { ValueCopier } from './value-copier.ts';
import type { ValueWriter } from './value-writer.ts';
import { copyMap, writeMap } from './write-map.ts';
import type { RecordContext } from './write-record-context.ts';

interface ReadableContext extends RecordContext {
  readonly isRemote?: boolean | undefined;
  readonly traceState?: { serialize(): string } | undefined;
}

interface ReadableEvent {
  readonly time: ReadableTime;
  readonly name: string;
  readonly attributes?: object | undefined;
  readonly droppedAttributesCount?: number | undefined;
}

interface ReadableLink {
  readonly context: ReadableContext;
  readonly attributes?: object | undefined;
  readonly droppedAttributesCount?: number | undefined;
}

/** The part of the SDK's `ReadableSpan` that is read: 2.x and 3.x are alike in it. */
export interface ReadableSpan {
  readonly name: string;
  readonly kind: number;
  readonly spanContext: () => ReadableContext;
  readonly parentSpanContext?: ReadableContext | undefined;
  readonly startTime: ReadableTime;
  readonly endTime: ReadableTime;
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly attributes: object;
  readonly links: readonly ReadableLink[];
  readonly events: readonly ReadableEvent[];
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}

/** Whether the parent's `isRemote` is known, and what it is. @see opentelemetry-proto, `SpanFlags` */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

const NO_ATTRIBUTES = {};

const SPAN_ENCODING = { write: writeSpan, copy: copySpan };

/**
 * Encodes a span of an SDK as one `spans` field of `ScopeSpans`, tag and length included. Names and values are
 * kept as the SDK has them; what is beyond the limits of an event is cut.
 * @returns a view of a buffer that is used again: valid until the next call
 */
export function encodeSpan(span: ReadableSpan): Uint8Array {
  return encodeWith(SPAN_ENCODING, span, Number.POSITIVE_INFINITY);
}

/** Backwards: the last field first. */
function writeSpan(writer: ValueWriter, span: ReadableSpan): void {
  const { out } = writer;
  const { parentSpanContext: parent, startTime, endTime } = span;
  const context = span.spanContext();
  writer.nonFiniteAsText = false;
  const start = out.length;
  out.fixed32(SPAN.flags, flagsOf(context, parent?.isRemote));
  writeStatus(writer, span.status);
  writeCount(writer, SPAN.droppedLinksCount, span.droppedLinksCount);
  for (const link of span.links.toReversed()) writeLink(writer, link);
  writeCount(writer, SPAN.droppedEventsCount, span.droppedEventsCount);
  for (const event of span.events.toReversed()) writeSpanEvent(writer, event);
  writeCount(writer, SPAN.droppedAttributesCount, span.droppedAttributesCount);
  writeMap(writer, SPAN.attributes, span.attributes);
  out.time(SPAN.endTime, endTime[0], endTime[1]);
  out.time(SPAN.startTime, startTime[0], startTime[1]);
  // The SDK's kinds begin with INTERNAL, those on the wire with UNSPECIFIED.
  out.small(SPAN.kind, span.kind + 1);
  out.string(SPAN.name, span.name);
  if (parent !== undefined) writeId(writer, SPAN.parentSpanId, parent.spanId, 8);
  writeContext(writer, SPAN, context);
  out.delimit(SPANS, start);
}

function writeStatus({ out }: ValueWriter, { code, message }: ReadableSpan['status']): void {
  const start = out.length;
  if (code !== 0) out.small(SPAN_STATUS.code, code);
  if (message) out.string(SPAN_STATUS.message, message);
  out.delimit(SPAN.status, start);
}

function writeLink(writer: ValueWriter, { context, attributes, droppedAttributesCount }: ReadableLink): void {
  const { out } = writer;
  const start = out.length;
  out.fixed32(SPAN_LINK.flags, flagsOf(context, context.isRemote));
  writeCount(writer, SPAN_LINK.droppedAttributesCount, droppedAttributesCount);
  writeMap(writer, SPAN_LINK.attributes, attributes ?? NO_ATTRIBUTES);
  writeContext(writer, SPAN_LINK, context);
  out.delimit(SPAN.links, start);
}

function writeSpanEvent(
  writer: ValueWriter,
  { time, name, attributes, droppedAttributesCount }: ReadableEvent,
): void {
  const { out } = writer;
  const start = out.length;
  writeCount(writer, SPAN_EVENT.droppedAttributesCount, droppedAttributesCount);
  writeMap(writer, SPAN_EVENT.attributes, attributes ?? NO_ATTRIBUTES);
  out.string(SPAN_EVENT.name, name);
  out.time(SPAN_EVENT.time, time[0], time[1]);
  out.delimit(SPAN.events, start);
}

function writeContext(
  writer: ValueWriter,
  tags: typeof SPAN | typeof SPAN_LINK,
  context: ReadableContext,
): void {
  const state = context.traceState?.serialize();
  if (state) writer.out.string(tags.traceState, state);
  writeId(writer, tags.spanId, context.spanId, 8);
  writeId(writer, tags.traceId, context.traceId, 16);
}

/** An id that is none is left out: receivers refuse the whole request for one of another length. */
function writeId({ out }: ValueWriter, tag: number, id: string, size: number): void {
  const start = out.length;
  if (!out.hex(tag, id, size)) out.rewind(start);
}

function writeCount({ out }: ValueWriter, tag: number, count: number | undefined): void {
  if (count !== undefined && count > 0) out.int(tag, count);
}

function flagsOf({ traceFlags }: ReadableContext, isRemote: boolean | undefined): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0);
}

function copySpan(copier: ValueCopier, span: ReadableSpan): ReadableSpan {
  const context = span.spanContext();
  // By name: some fields of an SDK's span are accessors, which a spread would lose.
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => context,
    parentSpanContext: span.parentSpanContext,
    startTime: span.startTime,
    endTime: span.endTime,
    status: span.status,
    attributes: copyMap(copier, span.attributes),
    links: span.links.map((link) => ({ ...link, attributes: copyMap(copier, link.attributes ?? {}) })),
    events: span.events.map((event) => ({ ...event, attributes: copyMap(copier, event.attributes ?? {}) })),
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}
