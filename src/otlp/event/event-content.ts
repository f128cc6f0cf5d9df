import { type Event, MAX_ATTRIBUTES, MAX_EVENT_BYTES } from '../../event.ts';
import type { AttributeMap, AttributeValue } from '../values/attribute-value.ts';
import { DATA, EVENT } from '../values/event-attributes.ts';
import { nestedKey, ValueCopier } from '../values/value-copier.ts';
import type { CachedKey } from '../wire/cached-key.ts';
import { attributeName } from './attribute-name.ts';
import { copyEvent, copyIdentity } from './copy-event.ts';
import { DATA_KEYS } from './data-keys.ts';
import type { EncodableEvent } from './encodable-event.ts';
import { EVENT_ENCODING } from './encode-event.ts';
import { isWrittenDirectly } from './encode-with.ts';
import { keepsName } from './keeps-name.ts';
import { type AttributeSink, writeIdentity, writeIds, writeOutcome } from './write-attributes.ts';

/** What an event becomes, in memory: for an SDK, a span, and whoever is given records. */
export interface EventContent {
  readonly name: string;
  readonly body: string;
  readonly attributes: AttributeMap;
  readonly failure: Event['failure'];
  /** About how many bytes the event takes on the wire. */
  readonly bytes: number;
}

/** Bytes of a record beside its texts and attributes: times, ids. */
const RECORD_BYTES = 100;

/** Enough for whatever `encodeEvent` leaves whole, as it is counted here. */
const ROUGH = { maxBytes: 4 * MAX_EVENT_BYTES + 64, reader: 'sdk', isRough: true } as const;

/**
 * What `encodeEvent` writes of an event, as plain objects that keep nothing of the caller's. Never throws.
 * @param maxAttributes - the provider's attribute count limit; keys of the data beyond it go into the one map attribute `data`
 * @see docs/mapping.md
 */
export function contentOf(event: Event, maxAttributes: number = MAX_ATTRIBUTES): EventContent {
  let copier = new ValueCopier(ROUGH);
  let copy = copyEvent(copier, event, maxAttributes);
  const isNearLimits = copier.bytes > MAX_EVENT_BYTES || copier.truncated > 0;
  // The copier counts a few bytes more than are written: what `encodeEvent` leaves whole is whole here.
  if (isNearLimits && !isWrittenDirectly(EVENT_ENCODING, event, maxAttributes)) {
    copier = new ValueCopier({ reader: 'sdk' });
    copy = copyEvent(copier, event, maxAttributes);
  }
  const sink = new AttributesInMemory();
  writeIds(sink, copy);
  writeIdentity(sink, copy);
  writeOutcome(sink, copy);
  const { attributes } = sink;
  writeData(attributes, copy);
  if (copy.overflow !== undefined) attributes[DATA] = nested(copy.overflow as AttributeMap);
  if (copy.truncated) attributes[EVENT.truncated] = copy.truncated;
  const { name, message: body = name, failure } = copy;
  return { name, body, attributes, failure, bytes: RECORD_BYTES + copier.bytes };
}

function writeData(attributes: Record<string, AttributeValue>, copy: EncodableEvent): void {
  const { data } = copy;
  let kept: string[] | undefined;
  for (const key in data) {
    // As the `ValueCopier` does: the quickest for V8.
    if (!HAS_OWN.call(data, key)) continue;
    const value = data[key] as AttributeValue;
    // The text of no length is where the cache begins, under the name that it is written under.
    if (key !== '' && DATA_KEYS.get(key) !== undefined) {
      attributes[key] = value;
    } else if (keepsName(copy, key, value)) {
      kept = [...(kept ?? []), key];
      attributes[key] = value;
    } else {
      attributes[attributeName(key)] = value;
    }
  }
  if (kept !== undefined) attributes[EVENT.kept] = kept;
}

const HAS_OWN = Object.prototype.hasOwnProperty;

/** What is known of an event from its start: the same on the record and on the span. */
export function identityOf(event: Event): AttributeMap {
  const copy = copyIdentity(new ValueCopier({ reader: 'sdk' }), event);
  const sink = new AttributesInMemory();
  writeIds(sink, copy);
  writeIdentity(sink, copy);
  return sink.attributes;
}

class AttributesInMemory implements AttributeSink {
  readonly attributes: Record<string, AttributeValue> = {};

  attribute({ text }: CachedKey, value: unknown): number {
    if (value === undefined) return 0;
    this.attributes[text] = value as AttributeValue;
    return 1;
  }
}

function nested(map: AttributeMap): AttributeMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [nestedKey(key), value]));
}
