import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { batchFrom, toJson } from '../../src/otlp/transcode.ts';
import { type HttpSink, httpSink, type SinkRequest } from '../harness/http-sink.ts';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { type InstalledApp, installApp } from './install-app.ts';
import { npm, type Run, runNode } from './run.ts';

/** What one app is and what is expected of it. */
interface AppCase {
  readonly title: string;
  readonly app: string;
  /** Keys for its `package.json`. */
  readonly more?: object;
  readonly env?: Record<string, string>;
  /** Whose pipeline events take: the app's, or ours. */
  readonly events: 'app' | 'ours';
  /** Whose tracer makes the span of a scope. */
  readonly spans: 'app' | 'ours';
  /** What is reported: codes of `onError`. */
  readonly problems?: readonly string[];
  /** Copies of the api below `node_modules`; one unless said. */
  readonly apis?: number;
  /** It has a `durable.mjs`, in which the durable processors take the place of the SDK's. */
  readonly durable?: boolean;
}

const CASES: readonly AppCase[] = [
  { title: 'an app without OpenTelemetry', app: 'a-no-otel', events: 'ours', spans: 'ours' },
  {
    title: 'an app without OpenTelemetry that wants JSON',
    app: 'a-no-otel',
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
    events: 'ours',
    spans: 'ours',
  },
  {
    title: 'an app with the oldest api that is allowed',
    app: 'a-no-otel',
    more: { dependencies: { '@opentelemetry/api': '1.3.0' } },
    events: 'ours',
    spans: 'ours',
  },
  {
    title: 'an app with SDK 3.x',
    app: 'b-sdk3',
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_METRICS_EXPORTER: 'none' },
    events: 'app',
    spans: 'app',
    durable: true,
  },
  {
    title: 'an app with SDK 2.x',
    app: 'c-sdk2',
    env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_METRICS_EXPORTER: 'none' },
    events: 'app',
    spans: 'app',
    durable: true,
  },
  { title: 'an app with tracing only', app: 'd-traces-only', events: 'ours', spans: 'app' },
  {
    title: 'an app with tracing only, where we have an api of our own',
    app: 'd-traces-only',
    more: { overrides: { 'otel-events': { '@opentelemetry/api': '1.10.0' } } },
    events: 'ours',
    spans: 'app',
    problems: ['API_DUPLICATED'],
    apis: 2,
  },
];

interface SpanSeen {
  readonly name?: string;
  readonly kind?: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
}

/** What `serve-one-request.mjs` prints. */
interface Seen {
  readonly span?: { readonly traceId: string; readonly spanId: string };
  /** Of the scope. */
  readonly traceparent: string;
  readonly flushed: object;
  readonly ledger: { readonly total: object; readonly sinks: readonly string[] };
  readonly problems: readonly { readonly code: string; readonly message: string }[];
  readonly changedGlobals: readonly string[];
  readonly apiGlobal: { readonly before: boolean; readonly after: boolean };
  readonly loadedOwnSdk: boolean;
  /** Of an app that keeps its spans in memory. */
  readonly spans?: readonly SpanSeen[];
}

/** What `durable.mjs` prints beside that: rows of the processors' ledgers. */
interface DurableSeen extends Seen {
  readonly logRecords: object;
  readonly sent: object;
}

const OUR_SERVICE = 'set-on-events';
const [INTERNAL, SERVER, CLIENT] = [1, 2, 3];
const NO_COUNTS = { emitted: 3, acked: 0, pending: 0, sampled: 0, handedOver: 0, rejected: {}, dropped: {} };

describe('the packed package', { concurrency: true }, () => {
  for (const each of CASES) describe(each.title, () => checkApp(each));
});

function checkApp({ app, more, env = {}, events, spans, problems = [], apis = 1, durable }: AppCase): void {
  const cleanUp = new DisposableStack();
  let installed: InstalledApp;
  let sink: HttpSink;
  let run: Run;
  let seen: Seen;
  let requests: readonly SinkRequest[];

  before(async () => {
    installed = cleanUp.use(await installApp(app, more));
    sink = await httpSink((request, response) => {
      response.setHeader('content-type', request.headers['content-type'] ?? '');
      response.end(isJson(request) ? '{}' : '');
    });
    run = await runNode(installed.dir, ['app.mjs'], { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env });
    assert.equal(run.code, 0, run.stderr);
    seen = JSON.parse(run.stdout);
    requests = sink.requests.map(inJson);
  });
  after(async () => {
    await sink?.close();
    cleanUp.dispose();
  });

  test('it installs without a word and npm ls finds nothing wrong', async () => {
    assert.equal(installed.install.stderr, '');
    const list = await npm(installed.dir, ['ls', '--all']);
    assert.deepEqual({ code: list.code, stderr: list.stderr }, { code: 0, stderr: '' });
  });

  test(`${apis === 1 ? 'one copy' : `${apis} copies`} of the api ${apis === 1 ? 'is' : 'are'} installed`, () => {
    assert.equal(copiesOfApi(installed.dir).length, apis, copiesOfApi(installed.dir).join('\n'));
  });

  test(problems.length === 0 ? 'nothing is warned about' : `only ${problems} is warned about, once`, () => {
    assert.deepEqual(
      seen.problems.map(({ code }) => code),
      problems,
    );
    const lines = seen.problems.map(({ code, message }) => `otel-events: ${code}: ${message}\n`);
    assert.equal(run.stderr, lines.join(''));
  });

  test('nothing global is registered or replaced', () => {
    assert.deepEqual(seen.changedGlobals, []);
    const registered = spans === 'app';
    assert.deepEqual(seen.apiGlobal, { before: registered, after: registered });
  });

  test(`every event arrives once, through ${events === 'app' ? "the app's exporter" : 'our pipeline'}`, () => {
    const records = logRecordsOf(requests);
    assert.deepEqual(records.map(({ eventName }) => eventName).sort(), [
      'cart.item_added',
      'checkout',
      'checkout.paid',
    ]);
    for (const { resource, scope } of records) {
      assert.equal(resource['service.name'], events === 'app' ? app : OUR_SERVICE);
      assert.equal(resource['telemetry.distro.name'], events === 'app' ? undefined : 'otel-events');
      assert.equal(scope.name, 'otel-events');
    }
    // For spans: events are encoded without it.
    assert.equal(seen.loadedOwnSdk, spans === 'ours');
  });

  test(`events carry the trace of ${spans === 'app' ? 'the HTTP request' : 'their scope'}`, () => {
    const scope = parseTraceparent(seen.traceparent);
    const outside = seen.span && { traceId: seen.span.traceId, spanId: seen.span.spanId };
    assert.deepEqual(
      Object.fromEntries(
        logRecordsOf(requests).map(({ eventName, traceId, spanId }) => [
          eventName,
          traceId && { traceId, spanId },
        ]),
      ),
      { 'cart.item_added': outside, 'checkout.paid': scope, checkout: scope },
    );
    if (spans === 'app') assert.equal(scope.traceId, outside?.traceId);
    else assert.equal(outside, undefined);
  });

  test(`the span of the scope ends up ${spans === 'app' ? 'below the one of the request' : 'with us'}, and no span tells of our own requests`, () => {
    const atSink = spansOf(requests);
    for (const { resource } of atSink) {
      assert.equal(resource['service.name'], spans === 'app' ? app : OUR_SERVICE);
    }
    // The app with tracing only keeps its spans: what it does not have would be at the sink.
    const all: SpanSeen[] = [...atSink, ...(seen.spans ?? [])].sort((a, b) => (a.kind ?? 0) - (b.kind ?? 0));
    const scope = { name: 'checkout', kind: INTERNAL, ...parseTraceparent(seen.traceparent) };
    const { traceId, spanId } = seen.span ?? {};
    const client = all.find(({ kind }) => kind === CLIENT)?.spanId;
    assert.deepEqual(
      all.map(({ name, kind, traceId, spanId, parentSpanId }) => ({
        name,
        kind,
        traceId,
        spanId,
        parentSpanId,
      })),
      spans === 'ours'
        ? [{ ...scope, parentSpanId: undefined }]
        : [
            { ...scope, parentSpanId: spanId },
            { name: 'GET', kind: SERVER, traceId, spanId, parentSpanId: client },
            // The app's own outgoing request: that it is here shows that ours would be, too.
            { name: 'GET', kind: CLIENT, traceId, spanId: client, parentSpanId: undefined },
          ],
    );
  });

  test(`the ledger books them as ${events === 'app' ? 'handed over' : 'acknowledged'}`, () => {
    const counts = events === 'app' ? { handedOver: 3 } : { acked: 3 };
    assert.deepEqual(seen.ledger.total, { ...NO_COUNTS, ...counts });
    assert.deepEqual(seen.ledger.sinks, [events === 'app' ? 'app' : 'otlp']);
    const acked = events === 'app' ? 0 : 3;
    assert.deepEqual(seen.flushed, { acked, pending: 0, rejected: 0, dropped: 0 });
  });

  if (durable) {
    test('with the durable processors in its NodeSDK everything arrives once, and nothing else', () =>
      checkDurable(installed.dir, app, env));
  }
}

async function checkDurable(dir: string, app: string, env: Record<string, string>): Promise<void> {
  await using sink = await httpSink();
  const run = await runNode(dir, ['durable.mjs'], { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env });
  assert.deepEqual([run.code, run.stderr], [0, '']);
  const seen: DurableSeen = JSON.parse(run.stdout);
  const [records, spans] = [logRecordsOf(sink.requests), spansOf(sink.requests)];
  assert.deepEqual(
    records.map(({ eventName, body, scope }) => [scope.name, eventName ?? body]),
    [
      ['otel-events', 'cart.item_added'],
      ['otel-events', 'checkout.paid'],
      ['otel-events', 'checkout'],
      ['plain', 'a log line of the app'],
    ],
  );
  assert.equal(records[0]?.traceId, seen.span?.traceId);
  // The span around our own requests has no child, and there is no other request than the app's.
  assert.deepEqual(spans.map(({ name, kind }) => [name, kind]).sort(), [
    ['GET', SERVER],
    ['GET', CLIENT],
    ['checkout', INTERNAL],
    ['flush', INTERNAL],
  ]);
  for (const { resource } of [...records, ...spans]) {
    assert.equal(resource['service.name'], app);
    // Of the SDK's detectors; some of them answer late.
    assert.equal(typeof resource['process.pid'], 'number');
    assert.equal(typeof resource['host.name'], 'string');
  }
  assert.deepEqual(seen.problems, []);
  assert.deepEqual(
    [seen.logRecords, seen.sent],
    [
      { ...NO_COUNTS, emitted: 4, acked: 4 },
      { ...NO_COUNTS, emitted: 4, acked: 4 },
    ],
  );
}

function copiesOfApi(dir: string): string[] {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /@opentelemetry[\\/]api[\\/]package\.json$/.test(file));
}

function parseTraceparent(header: string): { traceId: string; spanId: string } {
  const [, traceId = '', spanId = ''] = header.split('-');
  return { traceId, spanId };
}

function isJson({ headers }: SinkRequest): boolean {
  return headers['content-type'] === 'application/json';
}

/** The request as the JSON that it stands for. */
function inJson(request: SinkRequest): SinkRequest {
  if (isJson(request)) return request;
  const signal = request.path === '/v1/logs' ? 'logs' : 'traces';
  return { ...request, body: Buffer.from(toJson(batchFrom(signal, 'protobuf', request.body))) };
}
