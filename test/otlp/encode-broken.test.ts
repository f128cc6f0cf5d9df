import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_EVENT_BYTES } from '../../src/event.ts';
import { encodeEnvelope, toRequest } from '../../src/otlp/sdk/encode-envelope.ts';
import { encodeRecord, type ReadableRecord } from '../../src/otlp/sdk/encode-readable.ts';
import { encodeSpan, type ReadableSpan } from '../../src/otlp/sdk/encode-span.ts';
import { decodeProtobuf, type OtlpObject } from '../../src/otlp/wire/decode-protobuf.ts';
import { REQUEST } from '../../src/otlp/wire/messages.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { decodeField } from './oracle-record.ts';

/** Made beforehand: encoding another thing ends the life of a field. */
const ENVELOPE = encodeEnvelope({ attributes: {} }, { name: 'scope' });

function decodeSpan(field: Uint8Array): OtlpObject {
  const request = toRequest(ENVELOPE, [field]);
  assert.equal(OtlpRequest.read('traces', 'protobuf', request).count, 1);
  const { resourceSpans } = decodeProtobuf(REQUEST.traces, request) as unknown as {
    resourceSpans: { scopeSpans: { spans: OtlpObject[] }[] }[];
  };
  return resourceSpans[0]?.scopeSpans[0]?.spans[0] as OtlpObject;
}

const TRACE = '0123456789abcdef0123456789abcdef';
const SPAN = '0123456789abcdef';
const PARENT = 'fedcba9876543210';
const context = { traceId: TRACE, spanId: SPAN, traceFlags: 1 };

/** Classes, since the fields of an SDK's objects are accessors. */
class WholeRecord {
  get hrTime() {
    return [1, 2] as const;
  }
  get hrTimeObserved() {
    return [3, 4] as const;
  }
  get spanContext() {
    return context;
  }
  get severityText() {
    return 'INFO';
  }
  get severityNumber() {
    return 9;
  }
  get body() {
    return 'body';
  }
  get eventName() {
    return 'name';
  }
  get attributes() {
    return { a: 1 };
  }
  get droppedAttributesCount() {
    return 2;
  }
}

class WholeSpan {
  name = 'name';
  kind = 1;
  parentSpanContext = { traceId: TRACE, spanId: PARENT, traceFlags: 1, isRemote: true };
  startTime = [1, 2] as const;
  endTime = [3, 4] as const;
  status = { code: 2, message: 'no' };
  attributes = { a: 1 };
  links = [{ context, attributes: { l: 1 }, droppedAttributesCount: 1 }];
  events = [{ time: [5, 6] as const, name: 'event', attributes: { e: 1 }, droppedAttributesCount: 1 }];
  droppedAttributesCount = 2;
  droppedEventsCount = 3;
  droppedLinksCount = 4;
  spanContext() {
    return { ...context, traceState: { serialize: () => 'a=1' } };
  }
}

function thrower(): never {
  throw new Error('no');
}

/** A copy in which `key` throws when it is read. */
const throwing = <T extends object>(whole: T, key: string): T =>
  Object.defineProperty(Object.create(whole), key, { get: thrower });

const without = (object: OtlpObject, ...keys: string[]): OtlpObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

test('a field of a record that throws costs that field only', () => {
  const whole = decodeField(encodeRecord(new WholeRecord()));
  const fields: Record<string, OtlpObject> = {
    hrTime: without(whole, 'timeUnixNano'),
    hrTimeObserved: without(whole, 'observedTimeUnixNano'),
    spanContext: without(whole, 'traceId', 'spanId', 'flags'),
    severityText: without(whole, 'severityText'),
    severityNumber: without(whole, 'severityNumber'),
    body: { ...whole, body: {} },
    eventName: without(whole, 'eventName'),
    attributes: without(whole, 'attributes'),
    droppedAttributesCount: without(whole, 'droppedAttributesCount'),
  };
  for (const [key, expected] of Object.entries(fields)) {
    assert.deepEqual(decodeField(encodeRecord(throwing(new WholeRecord(), key))), expected, key);
  }
});

test('a field of a span that throws costs that field only', () => {
  const whole = decodeSpan(encodeSpan(new WholeSpan()));
  const fields: Record<string, OtlpObject> = {
    name: without(whole, 'name'),
    kind: without(whole, 'kind'),
    parentSpanContext: { ...without(whole, 'parentSpanId'), flags: 0x101 },
    startTime: without(whole, 'startTimeUnixNano'),
    endTime: without(whole, 'endTimeUnixNano'),
    status: { ...whole, status: {} },
    attributes: without(whole, 'attributes'),
    links: without(whole, 'links'),
    events: without(whole, 'events'),
    droppedAttributesCount: without(whole, 'droppedAttributesCount'),
    droppedEventsCount: without(whole, 'droppedEventsCount'),
    droppedLinksCount: without(whole, 'droppedLinksCount'),
    spanContext: { ...without(whole, 'traceId', 'spanId', 'traceState'), flags: 0x300 },
  };
  for (const [key, expected] of Object.entries(fields)) {
    assert.deepEqual(decodeSpan(encodeSpan(throwing(new WholeSpan(), key))), expected, key);
  }
});

test('a broken event or link costs itself, and is counted', () => {
  const span = new WholeSpan();
  const whole = decodeSpan(encodeSpan(span));
  const { events, links } = span;
  const broken = Object.assign(new WholeSpan(), {
    events: [...events, null, throwing(events[0] as object, 'attributes'), { name: 5 }],
    links: [{ context: null }, ...links, throwing(links[0] as object, 'context'), undefined],
  });
  const decoded = decodeSpan(encodeSpan(broken));
  const [first] = whole.events as unknown as OtlpObject[];
  assert.deepEqual(decoded.events, [first, {}, without(first as OtlpObject, 'attributes'), {}]);
  assert.deepEqual(decoded.links, whole.links);
  assert.equal(decoded.droppedLinksCount, 4 + 3);
});

const JUNK: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  -1,
  1.5,
  1e300,
  Number.POSITIVE_INFINITY,
  '',
  'text',
  '\ud800',
  true,
  5n,
  Symbol('s'),
  () => thrower(),
  [],
  [null],
  ['x', 'y'],
  [Number.NaN, Number.NaN],
  [-1, -1],
  [1e300, 1e300],
  {},
  { [Symbol('s')]: 1, s: Symbol('v'), f: thrower, n: Number.NaN },
  { length: 3 },
  new Map([['a', 1]]),
  new Date(Number.NaN),
  new Proxy({}, { get: thrower, ownKeys: thrower, getPrototypeOf: thrower, has: thrower }),
  new Proxy([], { get: thrower }),
  Object.defineProperty({ a: 1 }, 'b', { enumerable: true, get: thrower }),
  Object.create(null),
  // A list whose entries throw when they are read.
  Object.defineProperty([1], 0, { get: thrower }),
];

/** Which junk to take: fast-check itself reads what it makes. */
const junk = fc.option(fc.nat(JUNK.length - 1), { nil: undefined, freq: 3 });

/** Which fields of `whole` hold junk, and which; or that the whole is junk. */
const plan = (whole: object) =>
  fc.tuple(junk, fc.record(Object.fromEntries(Object.keys(whole).map((key) => [key, junk]))));

type Plan = readonly [all: number | undefined, fields: Readonly<Record<string, number | undefined>>];

function broken<T extends object>(whole: T, [all, fields]: Plan): T {
  if (all !== undefined && all % 3 === 0) return JUNK[all] as T;
  const changed = Object.entries(fields).filter(([, index]) => index !== undefined);
  return { ...whole, ...Object.fromEntries(changed.map(([key, index]) => [key, JUNK[index as number]])) };
}

/** The fields by name, so that they can be replaced. */
const recordFields: ReadableRecord = Object.fromEntries(
  Object.getOwnPropertyNames(WholeRecord.prototype)
    .filter((name) => name !== 'constructor')
    .map((name) => [name, new WholeRecord()[name as keyof WholeRecord]]),
) as unknown as WholeRecord;
const wholeContext = { ...context, isRemote: true, traceState: { serialize: () => 'a=1' } };

test('no record, however broken, makes the encoder throw or write what is no record', () => {
  const property = fc.property(plan(recordFields), plan(wholeContext), (record, context) => {
    const spanContext = broken(wholeContext, context);
    const request = toRequest(ENVELOPE, [encodeRecord(broken({ ...recordFields, spanContext }, record))]);
    assert.equal(OtlpRequest.read('logs', 'protobuf', request).count, 1);
    decodeProtobuf(REQUEST.logs, request);
  });
  fc.assert(property, { numRuns: 5000 });
});

test('no span, however broken, makes the encoder throw or write what is no span', () => {
  const whole = { ...new WholeSpan(), spanContext: () => wholeContext };
  const [event] = whole.events as [object];
  const [link] = whole.links as [object];
  const plans = fc.record({
    span: plan(whole),
    own: plan(wholeContext),
    parent: plan(wholeContext),
    events: fc.array(plan(event), { maxLength: 3 }),
    links: fc.array(fc.tuple(plan(link), plan(wholeContext)), { maxLength: 3 }),
  });
  const property = fc.property(plans, ({ span, own, parent, events, links }) => {
    const parts = {
      spanContext: () => broken(wholeContext, own),
      parentSpanContext: broken(wholeContext, parent),
      events: events.map((one) => broken(event, one)),
      links: links.map(([one, other]) => broken({ ...link, context: broken(wholeContext, other) }, one)),
    };
    decodeSpan(encodeSpan(broken({ ...whole, ...parts } as unknown as ReadableSpan, span)));
  });
  fc.assert(property, { numRuns: 5000 });
});

test('no resource or scope, however broken, makes the encoder throw', () => {
  const resource = { attributes: { a: 1 }, schemaUrl: 's' };
  const scope = { name: 'n', version: 'v', schemaUrl: 's', attributes: { a: 1 }, droppedAttributesCount: 1 };
  const field = Buffer.from(encodeSpan(new WholeSpan()));
  const property = fc.property(plan(resource), plan(scope), (one, other) => {
    const envelope = encodeEnvelope(broken(resource, one), broken(scope, other));
    decodeProtobuf(REQUEST.traces, toRequest(envelope, [field]));
  });
  fc.assert(property, { numRuns: 3000 });
});

test('a time that is none is an unknown one', () => {
  for (const time of [
    [Number.NaN, 0],
    [1, Number.NaN],
    [-1, 0],
    [1, -1],
    [1e300, 0],
    [2 ** 35, 0],
    ['x', 'y'],
    [],
  ]) {
    const record = { ...recordFields, hrTime: time } as unknown as ReadableRecord;
    assert.equal(decodeField(encodeRecord(record)).timeUnixNano, undefined, String(time));
  }
  const last = { ...recordFields, hrTime: [18_446_744_072, 999_999_999] as const };
  assert.equal(decodeField(encodeRecord(last)).timeUnixNano, '18446744072999999999');
});

test('a span is bounded, however many events and links it has', () => {
  const text = 'x'.repeat(1000);
  const events = Array.from({ length: 10_000 }, () => ({ time: [1, 2], name: text, attributes: { text } }));
  const links = Array.from({ length: 100_000 }, () => ({ context, attributes: {} }));
  const span = Object.assign(new WholeSpan(), { events, links });
  const field = encodeSpan(span as unknown as ReadableSpan);
  assert.ok(field.length < MAX_EVENT_BYTES + 64 * 1024, `${field.length} bytes`);
  const decoded = decodeSpan(field) as unknown as { events: unknown[]; links?: unknown[] } & OtlpObject;
  assert.ok(decoded.events.length > 1500);
  assert.equal(decoded.droppedEventsCount, 3 + 10_000 - decoded.events.length);
  assert.equal(decoded.droppedLinksCount, 4 + 100_000 - (decoded.links?.length ?? 0));
  const long = decodeSpan(encodeSpan(Object.assign(new WholeSpan(), { name: text.repeat(10_000) })));
  assert.ok(String(long.name).length > MAX_EVENT_BYTES - 1000);
});

test('a record is bounded: its body, its name, its attributes', () => {
  const huge = 'é'.repeat(6 * 1024 * 1024);
  for (const more of [
    { body: huge },
    { eventName: huge },
    { severityText: huge },
    { attributes: { huge } },
  ]) {
    const field = encodeRecord({ ...recordFields, ...more } as unknown as ReadableRecord);
    assert.ok(field.length < MAX_EVENT_BYTES + 1000, Object.keys(more)[0]);
    decodeField(field);
  }
});

test('spans of SDK 1.x have a parent’s id only; of 2.x and 3.x its context', () => {
  const { parentSpanContext, ...fields } = { ...new WholeSpan(), spanContext: () => context };
  const shown = (more: object): unknown[] => {
    const { parentSpanId, flags } = decodeSpan(encodeSpan({ ...fields, ...more } as ReadableSpan));
    return [parentSpanId, flags];
  };
  assert.deepEqual(shown({}), [undefined, 0x101]);
  assert.deepEqual(shown({ parentSpanId: undefined }), [undefined, 0x101]);
  assert.deepEqual(shown({ parentSpanId: PARENT }), [PARENT, 0x001]);
  assert.deepEqual(shown({ parentSpanContext }), [PARENT, 0x301]);
  assert.deepEqual(shown({ parentSpanContext: { ...parentSpanContext, isRemote: false } }), [PARENT, 0x101]);
  const old = { parentSpanId: PARENT, droppedEventsCount: undefined, droppedLinksCount: undefined };
  assert.deepEqual(shown(old), [PARENT, 0x001]);
  // The careful way is the same.
  assert.deepEqual(shown({ parentSpanId: PARENT, name: 5 }), [PARENT, 0x001]);
  assert.deepEqual(shown({ parentSpanContext, name: 5 }), [PARENT, 0x301]);
});
