import { MAX_EVENT_BYTES } from '../../event.ts';
import { encodeWith, RECORD_LIMITS } from '../event/encode-with.ts';
import type { ValueCopier } from '../values/value-copier.ts';
import type { ValueWriter } from '../values/value-writer.ts';
import { writeMap } from '../values/write-map.ts';
import { SPAN, SPAN_EVENT, SPAN_LINK, SPAN_STATUS, SPANS } from '../wire/record-tags.ts';
import { FieldReader, type ReadableContext, type ReadableTime } from './field-reader.ts';

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
  /** What SDK 1.x has instead of `parentSpanContext`. */
  readonly parentSpanId?: string | undefined;
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

/** What nearly all spans, and their parts, take: 128 bytes to 16 KiB, and less than 128. */
const SPAN_WIDTH = 2;
const PART_WIDTH = 1;

/** What a part takes beside its texts and values: times, ids, flags, counts. */
const PART_BYTES = 80;

/** A scope's span has all attributes of its event, and says again how that failed. */
const LIMITS = { ...RECORD_LIMITS, maxBytes: MAX_EVENT_BYTES + 64 * 1024 };

const SPAN_ENCODING = { write: writeSpan, copy: copySpan, limits: LIMITS };

/**
 * Encodes a span of an SDK as one `spans` field of `ScopeSpans`, tag and length included. Names and values are
 * kept as the SDK has them; what is beyond the limits of an event is cut. Never throws: what cannot be read is
 * left out.
 * @returns a view of a buffer that is used again: valid until the next call
 */
export function encodeSpan(span: ReadableSpan): Uint8Array {
  return encodeWith(SPAN_ENCODING, span, Number.POSITIVE_INFINITY);
}

function writeSpan(writer: ValueWriter, span: ReadableSpan): void {
  const { out } = writer;
  const { startTime, endTime } = span;
  const context = span.spanContext();
  writer.nonFiniteAsText = false;
  const start = out.open(SPANS, SPAN_WIDTH);
  writeContext(writer, SPAN, context);
  const parentId = span.parentSpanContext?.spanId ?? span.parentSpanId;
  if (parentId) out.hex(SPAN.parentSpanId, parentId, 8);
  out.string(SPAN.name, span.name);
  // The SDK's kinds begin with INTERNAL, those on the wire with UNSPECIFIED.
  out.int(SPAN.kind, span.kind + 1);
  out.time(SPAN.startTime, startTime[0], startTime[1]);
  out.time(SPAN.endTime, endTime[0], endTime[1]);
  writeMap(writer, SPAN.attributes, span.attributes);
  writeCount(writer, SPAN.droppedAttributesCount, span.droppedAttributesCount);
  for (const event of span.events) writeSpanEvent(writer, event);
  writeCount(writer, SPAN.droppedEventsCount, span.droppedEventsCount);
  for (const link of span.links) writeLink(writer, link);
  writeCount(writer, SPAN.droppedLinksCount, span.droppedLinksCount);
  writeStatus(writer, span.status);
  out.fixed32(SPAN.flags, spanFlags(context, span));
  out.close(start, SPAN_WIDTH);
}

function writeSpanEvent(writer: ValueWriter, event: ReadableEvent): void {
  const { out } = writer;
  const start = out.open(SPAN.events, PART_WIDTH);
  out.time(SPAN_EVENT.time, event.time[0], event.time[1]);
  out.string(SPAN_EVENT.name, event.name);
  writeMap(writer, SPAN_EVENT.attributes, event.attributes);
  writeCount(writer, SPAN_EVENT.droppedAttributesCount, event.droppedAttributesCount);
  out.close(start, PART_WIDTH);
}

function writeLink(writer: ValueWriter, { context, attributes, droppedAttributesCount }: ReadableLink): void {
  const { out } = writer;
  const start = out.open(SPAN.links, PART_WIDTH);
  writeContext(writer, SPAN_LINK, context);
  writeMap(writer, SPAN_LINK.attributes, attributes);
  writeCount(writer, SPAN_LINK.droppedAttributesCount, droppedAttributesCount);
  out.fixed32(SPAN_LINK.flags, flagsOf(context, context.isRemote));
  out.close(start, PART_WIDTH);
}

function writeStatus({ out }: ValueWriter, { code, message }: ReadableSpan['status']): void {
  const start = out.open(SPAN.status, PART_WIDTH);
  if (message) out.string(SPAN_STATUS.message, message);
  if (code) out.int(SPAN_STATUS.code, code);
  out.close(start, PART_WIDTH);
}

/** An id that is none is left out: receivers refuse the whole request for one of another length. */
function writeContext(
  { out }: ValueWriter,
  tags: typeof SPAN | typeof SPAN_LINK,
  context: ReadableContext,
): void {
  out.hex(tags.traceId, context.traceId, 16);
  out.hex(tags.spanId, context.spanId, 8);
  const state = context.traceState?.serialize();
  if (state) out.string(tags.traceState, state);
}

function writeCount({ out }: ValueWriter, tag: number, count: number | undefined): void {
  if (count !== undefined && count > 0) out.int(tag, count);
}

/** SDK 1.x does not say of a parent whether it is remote. */
function spanFlags(
  context: ReadableContext,
  { parentSpanContext: parent, parentSpanId }: ReadableSpan,
): number {
  return parent || !parentSpanId ? flagsOf(context, parent?.isRemote) : context.traceFlags & 0xff;
}

function flagsOf({ traceFlags }: ReadableContext, isRemote: boolean | undefined): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0);
}

const NO_CONTEXT: ReadableContext = { traceId: '', spanId: '', traceFlags: 0 };

/** By name: some fields of an SDK's span are accessors, which a spread would lose. */
function copySpan(copier: ValueCopier, span: ReadableSpan): ReadableSpan {
  const reader = new FieldReader(copier);
  const name = reader.text(() => span.name) ?? '';
  const context = reader.context(() => span.spanContext()) ?? NO_CONTEXT;
  const message = reader.text(() => span.status.message);
  const attributes = reader.map(() => span.attributes);
  const events = reader.list<ReadableEvent>(
    () => span.events,
    (event) => copySpanEvent(copier, event),
  );
  const links = reader.list<ReadableLink>(
    () => span.links,
    (link) => copyLink(copier, link),
  );
  return {
    name,
    kind: reader.number(() => span.kind) ?? -1,
    spanContext: () => context,
    parentSpanContext: reader.context(() => span.parentSpanContext),
    parentSpanId: reader.text(() => span.parentSpanId),
    startTime: reader.time(() => span.startTime),
    endTime: reader.time(() => span.endTime),
    status: { code: reader.number(() => span.status.code) ?? 0, message },
    attributes,
    links: links.items,
    events: events.items,
    droppedAttributesCount: reader.number(() => span.droppedAttributesCount) ?? 0,
    droppedEventsCount: (reader.number(() => span.droppedEventsCount) ?? 0) + events.left,
    droppedLinksCount: (reader.number(() => span.droppedLinksCount) ?? 0) + links.left,
  };
}

function copySpanEvent(copier: ValueCopier, event: ReadableEvent): ReadableEvent {
  const reader = new FieldReader(copier);
  copier.spend(PART_BYTES);
  return {
    time: reader.time(() => event.time),
    name: reader.text(() => event.name) ?? '',
    attributes: reader.map(() => event.attributes),
    droppedAttributesCount: reader.number(() => event.droppedAttributesCount),
  };
}

/** @throws if it has no context: a link to nowhere */
function copyLink(copier: ValueCopier, link: ReadableLink): ReadableLink {
  const reader = new FieldReader(copier);
  const context = reader.context(() => link.context);
  if (context === undefined) throw new TypeError('a link without a context');
  copier.spend(PART_BYTES);
  return {
    context,
    attributes: reader.map(() => link.attributes),
    droppedAttributesCount: reader.number(() => link.droppedAttributesCount),
  };
}
