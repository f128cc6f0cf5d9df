// The ledger as metrics, through the real metrics SDK.
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { metrics } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics';
import { type Ledger, type LedgerRow, SPAN_SINK } from '../../src/delivery/ledger/accounts.ts';
import { type MeteredSink, meteredOtlp } from '../../src/delivery/metered-sink.ts';
import { otlpSettings } from '../../src/delivery/settings/otlp-settings.ts';
import { OtelEventsError } from '../../src/errors.ts';
import { EventLogger } from '../../src/index.ts';
import { DeliveryMetrics } from '../../src/otel/metrics/delivery-metrics.ts';
import { VERSION } from '../../src/version.ts';

type Counts = Pick<Ledger, 'total' | 'sinks' | 'spans' | 'adopted'>;

const OTLP: MeteredSink = {
  exporter: { type: 'otlp_http_log_exporter', url: new URL('http://collector:4318/v1/logs') },
};
const COLLECTOR = { 'server.address': 'collector', 'server.port': 4318 };
const OTLP_PROCESSOR = component('otel_events_log_processor', '0/otlp');
const OTLP_EXPORTER = { ...component('otlp_http_log_exporter', '0/otlp'), ...COLLECTOR };

afterEach(() => metrics.disable());

test('every column of the ledger is in the metrics of its sink, under the conventional names', async () => {
  await using app = register();
  const otlp = row({
    acked: 100,
    pending: 20,
    sampled: 3,
    rejected: { http_400: 4, partial_success: 5 },
    dropped: { queue_full: 6, closed: 7, expired: 8 },
  });
  const others = {
    app: row({ handedOver: 9, dropped: { sink_threw: 1 } }),
    none: row({ dropped: { x: 1 } }),
  };
  const sinks: Record<string, MeteredSink> = {
    otlp: { exporter: { ...OTLP.exporter, type: 'otlp_http_log_exporter', inFlight: () => 15 } },
    app: {},
    none: { capacity: 1000 },
  };
  const delivery = start(
    { total: otlp, sinks: { otlp, ...others }, spans: row({}), adopted: 10 },
    (name) => sinks[name] ?? {},
  );
  const toApp = component('otel_events_log_processor', '0/app');
  const toNone = component('otel_events_log_processor', '0/none');
  assert.deepEqual(await app.collect(), {
    'otel.sdk.log.created': [[{}, 143]],
    'otel.sdk.processor.log.queue.size': [
      [OTLP_PROCESSOR, 5],
      [toApp, 0],
      [toNone, 0],
    ],
    'otel.sdk.processor.log.queue.capacity': [[toNone, 1000]],
    'otel.sdk.processor.log.processed': [
      [OTLP_PROCESSOR, 112],
      [failed(OTLP_PROCESSOR, 'queue_full'), 6],
      [failed(OTLP_PROCESSOR, 'already_shutdown'), 7],
      [failed(OTLP_PROCESSOR, 'expired'), 8],
      [toApp, 9],
      [failed(toApp, 'sink_threw'), 1],
      [toNone, 0],
      [failed(toNone, 'x'), 1],
    ],
    'otel.sdk.exporter.log.inflight': [[OTLP_EXPORTER, 15]],
    'otel.sdk.exporter.log.exported': [
      [OTLP_EXPORTER, 100],
      [failed(OTLP_EXPORTER, '400'), 4],
      [failed(OTLP_EXPORTER, 'rejected'), 5],
    ],
  });
  delivery.detach();
});

test('counts are integers that grow, queues go up and down; the scope is ours', async () => {
  await using app = register();
  const delivery = start(ledgerOf({ acked: 1 }));
  const { resourceMetrics } = await app.reader.collect();
  const [scope, ...others] = resourceMetrics.scopeMetrics;
  assert.deepEqual([scope?.scope.name, scope?.scope.version, others], ['otel-events', VERSION, []]);
  assert.deepEqual(
    scope?.metrics.map(({ descriptor: { name, unit }, ...data }) => [
      name,
      unit,
      data.dataPointType === DataPointType.SUM && data.isMonotonic,
    ]),
    [
      ['otel.sdk.log.created', '{log_record}', true],
      ['otel.sdk.processor.log.queue.size', '{log_record}', false],
      ['otel.sdk.processor.log.processed', '{log_record}', true],
      ['otel.sdk.exporter.log.exported', '{log_record}', true],
    ],
  );
  delivery.detach();
});

test('the sums are those of stats(), also for events logged before the app had a provider', async () => {
  const refusal = new OtelEventsError('EXPORT_FAILED', 'no', { reason: 'test' });
  const events = new EventLogger({
    delivery: 'none',
    logLevel: 'none',
    exporters: [
      { name: 'take', send: () => Promise.resolve() },
      { name: 'refuse', send: () => Promise.reject(refusal) },
    ],
  });
  let stats = events.stats();
  const delivery = new DeliveryMetrics({
    // What stats() said at the moment of the collection.
    ledger: () => {
      stats = events.stats();
      return stats;
    },
    describe: () => ({ exporter: { type: 'test' } }),
    onError: unexpected,
  });
  for (let count = 0; count < 5; count++) events.log('early');
  delivery.attach();
  await using app = register();
  delivery.attach();
  events.log('late');
  assertSums(await app.collect(), stats);
  await events.flush();
  assertSums(await app.collect(), stats);
  assert.deepEqual([stats.sinks.take?.acked, sum(stats.sinks.refuse?.rejected ?? {})], [6, 6]);
  await events.close();
  events.log('after close');
  assertSums(await app.collect(), stats);
  assert.equal(stats.total.emitted, 7);
  delivery.detach();
});

test('without a provider nothing is read, and with one the ledger is read once a collection', async () => {
  let reads = 0;
  const ledger = (): Counts => {
    reads++;
    return ledgerOf({ acked: 2 });
  };
  const delivery = new DeliveryMetrics({ ledger, describe: () => OTLP, onError: unexpected });
  delivery.attach();
  assert.equal(reads, 0);
  await using app = register();
  for (let times = 0; times < 3; times++) delivery.attach();
  assert.equal(reads, 0);
  const first = await app.collect();
  assert.deepEqual(first['otel.sdk.exporter.log.exported'], [[OTLP_EXPORTER, 2]]);
  assert.equal(reads, 1);
  assert.deepEqual(await app.collect(), first);
  assert.equal(reads, 2);
  delivery.detach();
});

test('several loggers have series of their own; what they created is one sum', async () => {
  await using app = register();
  const first = start(ledgerOf({ acked: 1 }));
  const second = start(ledgerOf({ acked: 10 }));
  const { 'otel.sdk.log.created': created, 'otel.sdk.exporter.log.exported': exported } = await app.collect();
  assert.deepEqual(created, [[{}, 11]]);
  const secondExporter = { ...component('otlp_http_log_exporter', '1/otlp'), ...COLLECTOR };
  assert.deepEqual(exported, [
    [OTLP_EXPORTER, 1],
    [secondExporter, 10],
  ]);
  first.detach();
  second.detach();
});

test('closing a logger before the last collection loses no count; the next one goes on from there', async () => {
  await using app = register();
  const counts = { acked: 1, pending: 4, dropped: { queue_full: 2 } };
  const first = start(ledgerOf(counts));
  await app.collect();
  counts.acked = 5;
  counts.pending = 1;
  first.detach();
  const closed = await app.collect();
  assert.deepEqual(closed['otel.sdk.log.created'], [[{}, 8]]);
  assert.deepEqual(closed['otel.sdk.processor.log.queue.size'], [[OTLP_PROCESSOR, 0]]);
  assert.deepEqual(closed['otel.sdk.exporter.log.exported'], [[OTLP_EXPORTER, 5]]);
  const second = start(ledgerOf({ acked: 10, pending: 3, dropped: { queue_full: 1 } }));
  const both = await app.collect();
  assert.deepEqual(both['otel.sdk.log.created'], [[{}, 22]]);
  assert.deepEqual(both['otel.sdk.processor.log.queue.size'], [[OTLP_PROCESSOR, 3]]);
  assert.deepEqual(both['otel.sdk.processor.log.processed'], [
    [OTLP_PROCESSOR, 15],
    [failed(OTLP_PROCESSOR, 'queue_full'), 3],
  ]);
  second.detach();
  assert.deepEqual(await app.collect(), {
    ...both,
    'otel.sdk.processor.log.queue.size': [[OTLP_PROCESSOR, 0]],
  });
});

test('deltas add up to the ledger as well', async () => {
  await using app = register(AggregationTemporality.DELTA);
  const counts = { acked: 3, pending: 2 };
  const delivery = start(ledgerOf(counts));
  const deltas = [await app.collect()];
  counts.acked = 7;
  counts.pending = 0;
  deltas.push(await app.collect());
  counts.acked = 8;
  delivery.detach();
  deltas.push(await app.collect());
  assert.deepEqual(
    deltas.map((delta) => delta['otel.sdk.exporter.log.exported']?.[0]?.[1]),
    [3, 4, 1],
  );
});

test('a provider that replaces another gets the whole ledger', async () => {
  await using old = register();
  const delivery = start(ledgerOf({ acked: 3 }));
  await old.collect();
  metrics.disable();
  delivery.attach();
  await using app = register();
  delivery.attach();
  assert.deepEqual((await app.collect())['otel.sdk.log.created'], [[{}, 3]]);
  metrics.disable();
  metrics.setGlobalMeterProvider(old.provider);
  delivery.attach();
  assert.deepEqual((await old.collect())['otel.sdk.log.created'], [[{}, 3]], 'counted once, not twice');
  delivery.detach();
  metrics.disable();
  await using last = register();
  delivery.attach();
  assert.deepEqual(await last.collect(), {}, 'who has left does not come back');
});

test('spans have metrics of their own, and an SDK counts itself what it creates', async () => {
  await using app = register();
  const settings = otlpSettings({ endpoint: 'https://collector' }, {}, unexpected);
  const spans = row({ acked: 5, pending: 3, rejected: { http_413: 2 }, dropped: { closed: 1 } });
  const delivery = new DeliveryMetrics({
    ledger: () => ({ total: row({}), sinks: {}, spans, adopted: 0 }),
    countsCreated: false,
    describe: (sink) => (sink === SPAN_SINK ? meteredOtlp(settings, 'traces', () => 1) : {}),
    onError: unexpected,
  });
  delivery.attach();
  const name = `0/${SPAN_SINK}`;
  const processor = component('otel_events_span_processor', name);
  const exporter = {
    ...component('otlp_http_span_exporter', name),
    'server.address': 'collector',
    'server.port': 443,
  };
  assert.deepEqual(await app.collect(), {
    'otel.sdk.processor.span.queue.size': [[processor, 2]],
    'otel.sdk.processor.span.processed': [
      [processor, 7],
      [failed(processor, 'already_shutdown'), 1],
    ],
    'otel.sdk.exporter.span.inflight': [[exporter, 1]],
    'otel.sdk.exporter.span.exported': [
      [exporter, 5],
      [failed(exporter, '413'), 2],
    ],
  });
  delivery.detach();
});

test('what sends over OTLP is named as the conventions name it', () => {
  const json = otlpSettings({}, { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, unexpected);
  const protobuf = otlpSettings({}, {}, unexpected);
  assert.deepEqual(
    [json, protobuf].flatMap((settings) =>
      (['logs', 'traces'] as const).map((signal) => meteredOtlp(settings, signal).exporter?.type),
    ),
    [
      'otlp_http_json_log_exporter',
      'otlp_http_json_span_exporter',
      'otlp_http_log_exporter',
      'otlp_http_span_exporter',
    ],
  );
});

test('no queue is shorter than nothing, whatever the sender says is in flight', async () => {
  await using app = register();
  const exporter = { type: 'test', inFlight: () => 9 };
  const delivery = start(ledgerOf({ pending: 4 }), () => ({ exporter }));
  const { 'otel.sdk.processor.log.queue.size': queue, 'otel.sdk.exporter.log.inflight': inFlight } =
    await app.collect();
  assert.deepEqual([queue?.[0]?.[1], inFlight?.[0]?.[1]], [0, 4]);
  delivery.detach();
});

test('a provider that throws is reported once and left alone', () => {
  let asked = 0;
  metrics.setGlobalMeterProvider({
    getMeter() {
      asked++;
      throw new Error('broken');
    },
  });
  const errors: OtelEventsError[] = [];
  const onError = (error: OtelEventsError): void => void errors.push(error);
  const delivery = new DeliveryMetrics({ ledger: () => ledgerOf({}), describe: () => OTLP, onError });
  for (let times = 0; times < 3; times++) delivery.attach();
  delivery.detach();
  assert.deepEqual([asked, errors.map(({ code }) => code)], [1, ['EXPORT_FAILED']]);
});

test('ports that URLs leave out and addresses in brackets are told all the same', async () => {
  const table: [string, string, number][] = [
    ['https://collector/v1/logs', 'collector', 443],
    ['http://collector/', 'collector', 80],
    ['http://[::1]:4318/', '::1', 4318],
  ];
  for (const [url, address, port] of table) {
    await using app = register();
    const exporter = { type: 'otlp_http_log_exporter', url: new URL(url) };
    const delivery = start(ledgerOf({ acked: 1 }), () => ({ exporter }));
    const [[attributes] = []] = (await app.collect())['otel.sdk.exporter.log.exported'] ?? [];
    assert.deepEqual([attributes?.['server.address'], attributes?.['server.port']], [address, port]);
    delivery.detach();
    metrics.disable();
  }
});

type Series = [DataPoint<number>['attributes'], number][];

class CollectingReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

interface App extends AsyncDisposable {
  readonly provider: MeterProvider;
  readonly reader: MetricReader;
  /** What a collection finds, by metric. */
  collect(): Promise<Record<string, Series>>;
}

/** Does what an app's SDK does: registers a meter provider globally. */
function register(temporality = AggregationTemporality.CUMULATIVE): App {
  const reader = new CollectingReader({ aggregationTemporalitySelector: () => temporality });
  const provider = new MeterProvider({ readers: [reader] });
  metrics.setGlobalMeterProvider(provider);
  return {
    provider,
    reader,
    async collect() {
      const { resourceMetrics, errors } = await reader.collect();
      assert.deepEqual(errors, []);
      const found = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      return Object.fromEntries(
        found.map(({ descriptor, dataPoints }) => [
          descriptor.name,
          (dataPoints as DataPoint<number>[]).map(({ attributes, value }) => [attributes, value]),
        ]),
      );
    },
    [Symbol.asyncDispose]: () => provider.shutdown(),
  };
}

function start(counts: Counts, describe: (sink: string) => MeteredSink = () => OTLP): DeliveryMetrics {
  const delivery = new DeliveryMetrics({ ledger: () => counts, describe, onError: unexpected });
  delivery.attach();
  return delivery;
}

/** The ledger of a logger with one sink; it follows `columns` when they change. */
function ledgerOf(columns: Partial<LedgerRow>): Counts {
  return {
    get total() {
      return row(columns);
    },
    get sinks() {
      return { otlp: row(columns) };
    },
    spans: row({}),
    adopted: 0,
  };
}

function row(columns: Partial<LedgerRow>): LedgerRow {
  const all = { acked: 0, pending: 0, sampled: 0, handedOver: 0, rejected: {}, dropped: {}, ...columns };
  const emitted =
    all.acked + all.pending + all.sampled + all.handedOver + sum(all.rejected) + sum(all.dropped);
  return { ...all, emitted };
}

function assertSums(found: Record<string, Series>, { total, sinks }: Counts): void {
  const sumOf = (metric: string, sink: string): number =>
    (found[metric] ?? [])
      .filter(([attributes]) => String(attributes['otel.component.name']).endsWith(`/${sink}`))
      .reduce((all, [, value]) => all + value, 0);
  assert.deepEqual(found['otel.sdk.log.created'], [[{}, total.emitted]]);
  assert.ok(Object.keys(sinks).length >= 2);
  for (const [sink, { emitted, acked, pending, rejected }] of Object.entries(sinks)) {
    assert.equal(sumOf('otel.sdk.processor.log.queue.size', sink), pending);
    assert.equal(sumOf('otel.sdk.processor.log.processed', sink), emitted - pending);
    assert.equal(sumOf('otel.sdk.exporter.log.exported', sink), acked + sum(rejected));
  }
}

function component(type: string, name: string): Record<string, string> {
  return { 'otel.component.type': type, 'otel.component.name': `${type}/${name}` };
}

function failed(attributes: object, reason: string): object {
  return { ...attributes, 'error.type': reason };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

function unexpected(error: OtelEventsError): void {
  throw error;
}

test('an event that ends before any sink sees it is in the metrics by its reason', async () => {
  await using app = register();
  const events = new EventLogger({ delivery: 'none', logLevel: 'none' });
  events.registerSchema({ $id: 'https://example.org/cart', version: 1, type: 'object', required: ['sku'] });
  assert.throws(() => events.record('https://example.org/cart', 1, {}), { code: 'EVENT_INVALID' });
  // The app's provider is looked for in a turn of its own.
  const processed = async (): Promise<Series> =>
    ((await app.collect())['otel.sdk.processor.log.processed'] ?? []).filter(
      ([{ 'error.type': reason }]) => reason === 'invalid',
    );
  while ((await processed()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const [[attributes, value] = []] = await processed();
  assert.match(String(attributes?.['otel.component.name']), /^otel_events_log_processor\/\d+$/);
  assert.equal(value, 1);
  await events.close();
});
