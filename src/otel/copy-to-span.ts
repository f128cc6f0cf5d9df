import type { Attributes, AttributeValue as SimpleValue, Span } from '@opentelemetry/api';
import type { EpochTime } from '../event.ts';
import type { AttributeMap, AttributeValue } from '../otlp/values/attribute-value.ts';
import { EVENT } from '../otlp/values/event-attributes.ts';
import { processWide } from '../process-wide.ts';
import { fitToSpan, restoreIdentifiers, type SdkSpan } from './span-limits.ts';

/** How many events a span keeps; beyond it an SDK throws the oldest away. */
const DEFAULT_MAX_EVENTS = 128;

interface Copies {
  /** Read once a span: asking for a variable costs more than a copy. */
  readonly most: number;
  made: number;
  skipped: number;
  lastId: unknown;
}

const copiesOf = processWide('copies-to-spans/v1', () => new WeakMap<Span, Copies>());

/**
 * Copies an event to a recording span as a span event, so that trace viewers show it: Jaeger stores no log
 * records. An event that was copied already, and copies beyond the span's limit, are left out.
 * @see OTEP 4430, "log-based events bridge to span events"
 */
export function copyToSpan(span: Span, name: string, attributes: AttributeMap, time: EpochTime): void {
  if (!span.isRecording()) return;
  const copies = copiesOf.get(span) ?? { most: mostCopies(), made: 0, skipped: 0, lastId: undefined };
  copiesOf.set(span, copies);
  const id = attributes[EVENT.uid];
  if (id !== undefined && id === copies.lastId) return;
  copies.lastId = id;
  if (copies.made >= copies.most) {
    copies.skipped++;
    return;
  }
  copies.made++;
  span.addEvent(name, fitToSpan(span, simpleAttributes(attributes)), [time[0], time[1]]);
  restoreIdentifiers((span as SdkSpan).events?.at(-1)?.attributes, attributes);
}

/** One place is left for an exception. */
function mostCopies(): number {
  const limit = Number(process.env.OTEL_SPAN_EVENT_COUNT_LIMIT || DEFAULT_MAX_EVENTS);
  return (Number.isInteger(limit) && limit > 0 ? limit : DEFAULT_MAX_EVENTS) - 1;
}

/** How many events were not copied to a span because it was full. */
export function skippedCopies(span: Span): number {
  return copiesOf.get(span)?.skipped ?? 0;
}

/** Attributes for places that take only strings, numbers, booleans and lists of one of them. */
export function simpleAttributes(attributes: AttributeMap): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, simpleValue(value)]));
}

function simpleValue(value: AttributeValue): SimpleValue {
  if (typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value) && isUniform(value)) return value as SimpleValue;
  return JSON.stringify(value, (_, item: unknown) =>
    item instanceof Uint8Array ? Buffer.from(item).toString('base64') : item,
  );
}

function isUniform(items: readonly AttributeValue[]): boolean {
  const type = typeof items[0];
  return type !== 'object' && items.every((item) => typeof item === type);
}
