// The same hostile events through every delivery: what an event becomes is written once.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { leip } from '../../src/formats/leip.ts';
import { EventLogger, type OtelEventsError } from '../../src/index.ts';
import type { EventRecord } from '../../src/otlp/event/event-record.ts';
import type { AnyValue, KeyValue } from '../../src/otlp/values/any-value.ts';
import type { Signal } from '../../src/otlp/wire/batch.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { type HttpSink, httpSink } from '../harness/http-sink.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { HOSTILE_EVENTS, type HostileEvent } from './hostile-events.ts';

/** What collectors take as the body of one request, at most. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;

const UID = 'log.record.uid';

/** What differs from call to call. */
const VARYING = [UID, 'event.start', 'event.end', 'event.duration'];

/** A record or a span, in a form that can be compared: whole numbers are bigints, long texts and bytes their hashes. */
interface Seen {
  readonly name: string;
  readonly id: string;
  readonly body?: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** By event name. */
type SeenByName = ReadonlyMap<string, Seen>;

let durable: SeenByName;
let tracked: SeenByName;
let spans: SeenByName;
let sdk: SeenByName;
let app: SeenByName;
let exported: ReadonlyMap<string, EventRecord>;
let directory: string;

before(async () => {
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/protobuf';
  await through({ delivery: 'durable' }, async (events, sink) => {
    giveAll(events, 'log');
    // What waits in memory is bounded.
    await events.flush({ timeoutMs: 300_000 });
    giveAll(events, 'track');
    await events.close({ timeoutMs: 300_000 });
    const records = seenIn(sink, 'logs');
    durable = byName(records.filter(({ name }) => name.startsWith('log')));
    tracked = byName(records.filter(({ name }) => name.startsWith('track')));
    spans = byName(seenIn(sink, 'traces'));
  });
  await through({ delivery: 'sdk' }, async (events, sink) => {
    giveAll(events, 'log');
    await events.close({ timeoutMs: 300_000 });
    sdk = byName(seenIn(sink, 'logs'));
  });
});

before(async (t) => {
  const exporter = new InMemoryLogRecordExporter();
  const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
  const records: EventRecord[] = [];
  directory = tempDir(t as never);
  const events = new EventLogger({
    delivery: 'app',
    loggerProvider,
    exporters: [(batch) => void records.push(...batch)],
    logLevel: 'none',
  });
  giveAll(events, 'log', (name) => path.join(directory, name));
  await events.close({ timeoutMs: 300_000 });
  exported = new Map(records.map((record) => [record.eventName, record]));
  app = byName(
    exporter.getFinishedLogRecords().map(({ eventName, body, attributes }) => ({
      name: eventName ?? '',
      id: String(attributes[UID]),
      body: comparable(body),
      attributes: comparable(attributes) as Seen['attributes'],
    })),
  );
});

async function through(
  options: { readonly delivery: 'durable' | 'sdk' },
  use: (events: EventLogger, sink: HttpSink) => Promise<void>,
): Promise<void> {
  await using sink = await httpSink(({ body }, response) => {
    response.statusCode = body.length > MAX_BODY_BYTES ? 413 : 200;
    response.end();
  });
  const errors: OtelEventsError[] = [];
  const events = new EventLogger({
    ...options,
    endpoint: sink.url,
    logLevel: 'none',
    onError: (error) => void (error.code === 'EVENT_INVALID' || errors.push(error)),
  });
  await use(events, sink);
  assert.deepEqual(errors.map(String), []);
}

function giveAll(events: EventLogger, how: 'log' | 'track', outputPath?: (name: string) => string): void {
  for (const [index, event] of HOSTILE_EVENTS.entries()) {
    const name = `${how}${index}`;
    event.give(events, (_, data, given) => {
      const options = outputPath === undefined ? given : { ...given, outputPath: outputPath(name) };
      if (how === 'log') return void events.log(name, data, options);
      const scope = events.track(name, data, options);
      if (event.failure !== undefined) scope.fail(event.failure());
      scope.end();
    });
  }
}

function seenIn({ requests }: HttpSink, signal: Signal): Seen[] {
  const ofSignal = requests.filter(({ path: asked }) => asked === `/v1/${signal}`);
  return ofSignal.flatMap(({ body }) => itemsIn(OtlpRequest.read(signal, 'protobuf', body).decoded()));
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of OTLP/JSON differs by signal only in names
function itemsIn(decoded: any): Seen[] {
  const scopes = (decoded.resourceLogs ?? decoded.resourceSpans ?? []).flatMap(
    // biome-ignore lint/suspicious/noExplicitAny: as above
    (resource: any) => resource.scopeLogs ?? resource.scopeSpans,
  );
  // biome-ignore lint/suspicious/noExplicitAny: as above
  return scopes.flatMap((scope: any) => (scope.logRecords ?? scope.spans).map(toSeen));
}

function toSeen(item: {
  readonly eventName?: string;
  readonly name?: string;
  readonly body?: AnyValue;
  readonly attributes: readonly KeyValue[];
}): Seen {
  const attributes = entriesOf(item.attributes);
  return {
    name: item.eventName ?? item.name ?? '',
    id: String(attributes[UID]),
    body: item.body && fromWire(item.body),
    attributes,
  };
}

function fromWire(value: AnyValue = {}): unknown {
  if (value.intValue !== undefined) return BigInt(value.intValue);
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  if (value.bytesValue !== undefined) return comparable(Buffer.from(value.bytesValue, 'base64'));
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(fromWire);
  if (value.kvlistValue !== undefined) return entriesOf(value.kvlistValue.values);
  return comparable(value.stringValue ?? value.boolValue ?? null);
}

function entriesOf(entries: readonly KeyValue[] = []): Record<string, unknown> {
  return Object.fromEntries(entries.map(({ key = '', value }) => [key, fromWire(value)]));
}

/** A value in memory, as {@link fromWire} has those on the wire: well formed, whole numbers as bigint. */
function comparable(value: unknown, whole: (value: number) => unknown = BigInt): unknown {
  if (typeof value === 'string')
    return value.length > 500 ? hashOf(value.toWellFormed()) : value.toWellFormed();
  if (typeof value === 'number') return Number.isInteger(value) ? whole(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return `bytes ${hashOf(value)}`;
  if (Array.isArray(value)) return value.map((item) => comparable(item, whole));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, comparable(item, whole)]));
}

function hashOf(content: string | Uint8Array): string {
  return `${content.length} ${createHash('sha256').update(content).digest('hex')}`;
}

function byName(seen: readonly Seen[]): SeenByName {
  return new Map(seen.map((each) => [each.name, each]));
}

/** What docs/mapping.md says that differs through an SDK, and nothing else. */
function throughSdk(attributes: Seen['attributes'], { throughSdk: rule }: HostileEvent): Seen['attributes'] {
  const change = (value: unknown): unknown => {
    if (rule !== undefined && value === rule[0]) return rule[1];
    if (Array.isArray(value)) return value.map(change);
    return typeof value === 'object' && value !== null ? nested(value) : value;
  };
  const nested = (map: object): object =>
    Object.fromEntries(
      Object.entries(map).map(([key, item]) => [
        key === '__proto__' || key === 'constructor' ? `data.${key}` : key,
        change(item),
      ]),
    );
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, change(value)]));
}

function without(attributes: object, names: readonly string[]): Seen['attributes'] {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

/** Compares what came another way with what came the durable one. */
function compare(others: () => SeenByName, wanted: () => SeenByName, how: string, isSdk: boolean): void {
  const wrong: string[] = [];
  for (const [index, event] of HOSTILE_EVENTS.entries()) {
    const other = others().get(`${how}${index}`);
    const one =
      wanted().get(`${how}${index}`) ?? assert.fail(`${event.title}: it is not in the durable ones`);
    if (other === undefined) {
      wrong.push(`${event.title}: it did not arrive`);
      continue;
    }
    try {
      const expected = isSdk ? throughSdk(one.attributes, event) : one.attributes;
      assert.deepEqual(without(other.attributes, VARYING), without(expected, VARYING), event.title);
      if (other.body !== undefined) assert.deepEqual(other.body, one.body, event.title);
    } catch (error) {
      wrong.push(`${event.title}: ${String((error as Error).message).slice(0, 600)}`);
    }
  }
  assert.deepEqual(wrong, []);
}

test('there are hostile events enough, and all of them arrive', () => {
  assert.ok(HOSTILE_EVENTS.length > 200);
  assert.deepEqual([durable.size, tracked.size], [HOSTILE_EVENTS.length, HOSTILE_EVENTS.length]);
});

test("with delivery 'sdk' events are what they are with 'durable'; no large one takes its neighbours along", () => {
  compare(
    () => sdk,
    () => durable,
    'log',
    true,
  );
});

test("so they are with an app's provider", () => {
  compare(
    () => app,
    () => durable,
    'log',
    true,
  );
});

test('so they are for a function exporter, without a difference', () => {
  assert.equal(exported.size, HOSTILE_EVENTS.length);
  for (const [index, { title }] of HOSTILE_EVENTS.entries()) {
    const name = `log${index}`;
    const { attributes } = exported.get(name) ?? assert.fail(title);
    const wanted = inJavaScript(durable.get(name)?.attributes) as Seen['attributes'];
    assert.deepEqual(
      without(comparable(attributes, Number) as object, VARYING),
      without(wanted, VARYING),
      title,
    );
  }
});

/** Whole numbers as code is given them: text where a number would not be exact. */
function inJavaScript(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inJavaScript);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inJavaScript(item)]));
}

test('what outputPath saves is what a function exporter would have written', () => {
  for (const [index, { title }] of HOSTILE_EVENTS.entries()) {
    const name = `log${index}`;
    const saved = JSON.parse(readFileSync(path.join(directory, name, 'results.json'), 'utf8'));
    const wanted = JSON.parse(JSON.stringify(leip(exported.get(name) as EventRecord)));
    assert.deepEqual(comparable({ ...saved, meta: 0 }), comparable({ ...wanted, meta: 0 }), title);
  }
});

test('a span has the attributes of its event', () => {
  compare(
    () => spans,
    () => tracked,
    'track',
    true,
  );
  for (const [name, { id }] of tracked) assert.equal(spans.get(name)?.id, id);
});
