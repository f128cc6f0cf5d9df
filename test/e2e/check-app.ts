import assert from 'node:assert/strict';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import type { Column } from './matrix-row.ts';
import { type RanApp, type RowApp, type RunningRow, runInRow } from './run-in-row.ts';

/** What one app is and what is expected of it. */
export interface AppCase extends RowApp {
  /** Whose pipeline events take: the app's, or ours. */
  readonly events: 'app' | 'ours';
  /** Whose tracer makes the span of a scope. */
  readonly spans: 'app' | 'ours';
  /** What is reported: codes of `onError`. */
  readonly problems?: readonly string[];
  /** What is not checked here. */
  readonly except?: readonly Column[];
}

/** A span as an app tells it that keeps its spans in memory. */
export interface SpanSeen {
  readonly name: string | undefined;
  readonly kind: number | undefined;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly parentSpanId: string | undefined;
}

/** What `serve-one-request.mjs` prints. */
export interface Seen {
  readonly span?: { readonly traceId: string; readonly spanId: string };
  /** Of the scope. */
  readonly traceparent: string;
  readonly flushed: object;
  readonly ledger: { readonly total: object; readonly sinks: readonly string[] };
  readonly problems: readonly { readonly code: string; readonly message: string; readonly fix?: string }[];
  readonly changedGlobals: readonly string[];
  readonly apiGlobal: { readonly before: boolean; readonly after: boolean };
  readonly loadedOwnSdk: boolean;
  readonly spans?: readonly SpanSeen[];
}

export const OUR_SERVICE = 'set-on-events';
export const [INTERNAL, SERVER, CLIENT] = [1, 2, 3];
export const NO_COUNTS = {
  emitted: 0,
  acked: 0,
  pending: 0,
  sampled: 0,
  handedOver: 0,
  rejected: {},
  dropped: {},
};

/**
 * Installs and runs an app that serves one request, and registers the tests of its row in the matrix. Call it inside
 * of a `describe`.
 */
export function checkApp(each: AppCase): RunningRow<Seen> {
  const { app, events, spans, problems = [], except = [] } = each;
  const running = runInRow<Seen>(each);
  const check = (column: Column, title: string, run: () => unknown): void => {
    if (!except.includes(column)) running.row.check(column, title, run);
  };

  const warned = problems.length === 0 ? 'nothing is warned about' : `only ${problems} is warned about, once`;
  check('warnings', warned, () => {
    const { seen, run } = running.ran();
    const codes = seen.problems.map(({ code }) => code);
    assert.deepEqual(codes, problems);
    const lines = seen.problems.map(({ code, message }) => `otel-events: ${code}: ${message}\n`);
    assert.equal(run.stderr, lines.join(''));
    return problems.length === 0 ? 'none' : problems.join();
  });

  check('globals', 'nothing global is registered or replaced', () => {
    assert.deepEqual(running.ran().seen.changedGlobals, []);
    const registered = spans === 'app' || events === 'app';
    assert.deepEqual(running.ran().seen.apiGlobal, { before: registered, after: registered });
  });

  check('once', 'every event arrives once', () => {
    const names = logRecordsOf(running.ran().requests).map(({ eventName }) => eventName);
    assert.deepEqual(names.sort(), ['cart.item_added', 'checkout', 'checkout.paid']);
  });

  check('through', `it leaves through ${events === 'app' ? "the app's exporter" : 'our pipeline'}`, () => {
    const records = logRecordsOf(running.ran().requests);
    assert.ok(records.length > 0);
    for (const { resource, scope } of records) {
      assert.equal(resource['service.name'], events === 'app' ? app : OUR_SERVICE);
      const sdk = resource['telemetry.sdk.name'];
      assert.equal(sdk, events === 'app' ? 'opentelemetry' : 'otel-events');
      assert.equal(scope.name, 'otel-events');
    }
    // For spans: events are encoded without it.
    assert.equal(running.ran().seen.loadedOwnSdk, spans === 'ours');
    return events;
  });

  const whose = spans === 'app' ? 'the HTTP request' : 'their scope';
  check('trace', `events carry the trace of ${whose}`, () => checkTrace(running.ran(), spans));

  const where = spans === 'app' ? 'below the one of the request' : 'with us';
  check('own spans', `the scope's span ends up ${where}, and no span tells of our own requests`, () => {
    checkSpans(running.ran(), spans === 'app' ? app : OUR_SERVICE, spans);
    return 'none';
  });

  check('ledger', `the ledger books them as ${events === 'app' ? 'handed over' : 'acknowledged'}`, () => {
    const { ledger, flushed } = running.ran().seen;
    const counts = events === 'app' ? { handedOver: 3 } : { acked: 3 };
    assert.deepEqual(ledger.total, { ...NO_COUNTS, emitted: 3, ...counts });
    assert.deepEqual(ledger.sinks, [events === 'app' ? 'app' : 'otlp']);
    const acked = events === 'app' ? 0 : 3;
    const handedOver = events === 'app' ? { handedOver: 3 } : {};
    assert.deepEqual(flushed, { acked, pending: 0, rejected: 0, dropped: 0, ...handedOver });
    return events === 'app' ? 'handedOver' : 'acked';
  });
  return running;
}

function checkTrace({ seen, requests }: RanApp<Seen>, spans: 'app' | 'ours'): void {
  const scope = parseTraceparent(seen.traceparent);
  const outside = seen.span && { traceId: seen.span.traceId, spanId: seen.span.spanId };
  const traces = logRecordsOf(requests).map(({ eventName, traceId, spanId }) => [
    eventName,
    traceId && { traceId, spanId },
  ]);
  assert.deepEqual(Object.fromEntries(traces), {
    'cart.item_added': outside,
    'checkout.paid': scope,
    checkout: scope,
  });
  if (spans === 'app') assert.equal(scope.traceId, outside?.traceId);
  else assert.equal(outside, undefined);
}

function checkSpans({ seen, requests }: RanApp<Seen>, service: string, spans: 'app' | 'ours'): void {
  const atSink = spansOf(requests);
  for (const { resource } of atSink) assert.equal(resource['service.name'], service);
  // An app that keeps its spans does not send them: what it does not have would be at the sink.
  const all = [...atSink, ...(seen.spans ?? [])]
    .map(identified)
    .sort((a, b) => (a.kind ?? 0) - (b.kind ?? 0));
  const scope = { name: 'checkout', kind: INTERNAL, ...parseTraceparent(seen.traceparent) };
  const { traceId, spanId } = seen.span ?? {};
  const client = all.find(({ kind }) => kind === CLIENT)?.spanId;
  const wanted: SpanSeen[] =
    spans === 'ours'
      ? [{ ...scope, parentSpanId: undefined }]
      : [
          { ...scope, parentSpanId: spanId },
          { name: 'GET', kind: SERVER, traceId, spanId, parentSpanId: client },
          // The app's own outgoing request: that it is here shows that ours would be, too.
          { name: 'GET', kind: CLIENT, traceId, spanId: client, parentSpanId: undefined },
        ];
  assert.deepEqual(all, wanted);
}

function identified({ name, kind, traceId, spanId, parentSpanId }: Partial<SpanSeen>): SpanSeen {
  return { name, kind, traceId, spanId, parentSpanId };
}

function parseTraceparent(header: string): { traceId: string; spanId: string } {
  const [, traceId = '', spanId = ''] = header.split('-');
  return { traceId, spanId };
}
