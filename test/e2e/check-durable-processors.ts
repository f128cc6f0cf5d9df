import assert from 'node:assert/strict';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { answeringSink } from './answering-sink.ts';
import { CLIENT, INTERNAL, NO_COUNTS, SERVER, type Seen } from './check-app.ts';
import type { InstalledApp } from './install-app.ts';

/** What `durable.mjs` prints beside what `app.mjs` does: rows of the processors' ledgers. */
interface DurableSeen extends Seen {
  readonly logRecords: object;
  readonly sent: object;
}

/** Runs the app with the durable processors in its `NodeSDK`: everything arrives once, and nothing else. */
export async function checkDurableProcessors(
  installed: InstalledApp,
  service: string,
  env: Record<string, string>,
): Promise<void> {
  await using sink = await answeringSink();
  const run = await installed.run(['durable.mjs'], { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env });
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
    assert.equal(resource['service.name'], service);
    // Of the SDK's detectors; some of them answer late.
    assert.equal(typeof resource['process.pid'], 'number');
    assert.equal(typeof resource['host.name'], 'string');
  }
  assert.deepEqual(seen.problems, []);
  const all = { ...NO_COUNTS, emitted: 4, acked: 4 };
  assert.deepEqual([seen.logRecords, seen.sent], [all, all]);
}
