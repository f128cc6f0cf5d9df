import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ChannelCredentials } from '@grpc/grpc-js';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { startCollector } from '../../src/collector/index.ts';
import { OtelEventsError } from '../../src/errors.ts';
import type { Batch } from '../../src/otlp/wire/batch.ts';
import { OtlpRequest } from '../../src/otlp/wire/otlp-request.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { LOCALHOST_CERT as CERT, LOCALHOST_KEY as KEY } from '../spool/localhost-cert.ts';
import { eventually } from './samples.ts';

const PIPELINE = { receivers: ['otlp'], exporters: ['mine'] };

async function start(t: TestContext, grpc: object = {}, take?: (batch: Batch) => Promise<void>) {
  const batches: Batch[] = [];
  const mine = take ?? (async (batch: Batch) => void batches.push(batch));
  const collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { grpc: { endpoint: 'localhost:0', ...grpc } } } },
      service: { pipelines: { logs: PIPELINE, traces: PIPELINE, metrics: PIPELINE } },
    },
    exporters: { mine },
    write: () => {},
  });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  return { collector, batches, url: collector.endpoint };
}

type Exported = 'logs' | 'traces' | 'metrics';

interface StockExporter<T> {
  export(items: T, done: (result: ExportResult) => void): void;
  shutdown(): Promise<void>;
}

async function exported<T>(exporter: StockExporter<T>, items: T): Promise<ExportResult> {
  const result = await new Promise<ExportResult>((resolve) => exporter.export(items, resolve));
  await exporter.shutdown();
  return result;
}

function someLogs() {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
  provider.getLogger('shop').emit({ eventName: 'order', body: 'done' });
  return exporter.getFinishedLogRecords();
}

function someSpans() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  provider.getTracer('shop').startSpan('checkout').end();
  return exporter.getFinishedSpans();
}

async function someMetrics() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  provider.getMeter('shop').createCounter('orders').add(1);
  await provider.forceFlush();
  const [metrics] = exporter.getMetrics();
  await provider.shutdown();
  return metrics as NonNullable<typeof metrics>;
}

const SEND: Readonly<Record<Exported, (options: object) => Promise<ExportResult>>> = {
  logs: async (options) => exported(new OTLPLogExporter(options), someLogs()),
  traces: async (options) => exported(new OTLPTraceExporter(options), someSpans()),
  metrics: async (options) => exported(new OTLPMetricExporter(options), await someMetrics()),
};

const NAMES: Readonly<Record<Exported, string>> = { logs: 'order', traces: 'checkout', metrics: 'orders' };

for (const signal of ['logs', 'traces', 'metrics'] as const) {
  for (const compression of [CompressionAlgorithm.NONE, CompressionAlgorithm.GZIP]) {
    test(`the stock gRPC exporter of ${signal} is understood, compression ${compression}`, async (t) => {
      const { url, batches, collector } = await start(t);
      const { code } = await SEND[signal]({ url, compression });
      assert.equal(code, ExportResultCode.SUCCESS);
      assert.deepEqual(
        batches.map((batch) => [batch.signal, batch.count]),
        [[signal, 1]],
      );
      assert.match(JSON.stringify(OtlpRequest.of(batches[0] as Batch).decoded()), new RegExp(NAMES[signal]));
      assert.equal(collector.stats().receivers.otlp?.accepted[signal], 1);
    });
  }
}

test('a refusal reaches the stock exporter as a status of gRPC, which it does not try again', async (t) => {
  for (const [retry, code] of [
    [{ afterMs: 10 }, 14],
    [undefined, 3],
  ] as const) {
    const refuse = () => Promise.reject(new OtelEventsError('EXPORT_FAILED', 'no', retry && { retry }));
    const { url } = await start(t, {}, refuse);
    const { error } = await SEND.logs({ url });
    assert.equal((error as { code?: unknown } | undefined)?.code, code);
  }
});

test('over TLS only who trusts the certificate gets through, and who has to show one', async (t) => {
  const dir = tempDir(t);
  const cert_file = path.join(dir, 'cert.pem');
  const key_file = path.join(dir, 'key.pem');
  writeFileSync(cert_file, CERT);
  writeFileSync(key_file, KEY);
  const tls = await start(t, { tls: { cert_file, key_file } });
  assert.match(tls.url, /^https:/);
  const url = tls.url.replace('127.0.0.1', 'localhost');
  const trusting = ChannelCredentials.createSsl(Buffer.from(CERT));
  assert.equal((await SEND.logs({ url, credentials: trusting })).code, ExportResultCode.SUCCESS);
  assert.equal(tls.batches.length, 1);
  const stranger = await SEND.logs({ url, credentials: ChannelCredentials.createSsl(), timeoutMillis: 500 });
  assert.equal(stranger.code, ExportResultCode.FAILED);
  const mutual = await start(t, { tls: { cert_file, key_file, client_ca_file: cert_file } });
  const mutualUrl = mutual.url.replace('127.0.0.1', 'localhost');
  const nameless = await SEND.logs({ url: mutualUrl, credentials: trusting, timeoutMillis: 500 });
  assert.equal(nameless.code, ExportResultCode.FAILED);
  const credentials = ChannelCredentials.createSsl(Buffer.from(CERT), Buffer.from(KEY), Buffer.from(CERT));
  assert.equal((await SEND.logs({ url: mutualUrl, credentials })).code, ExportResultCode.SUCCESS);
  assert.equal(mutual.batches.length, 1);
});

test('a receiver of both protocols has two endpoints and one count', async (t) => {
  const batches: Batch[] = [];
  const collector = await startCollector({
    config: {
      receivers: {
        otlp: { protocols: { grpc: { endpoint: 'localhost:0' }, http: { endpoint: 'localhost:0' } } },
      },
      service: { pipelines: { logs: PIPELINE } },
    },
    exporters: { mine: async (batch) => void batches.push(batch) },
    write: () => {},
  });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  const { otlp, 'otlp.protocols.grpc': grpc } = collector.endpoints;
  assert.equal(collector.endpoint, otlp);
  assert.equal((await SEND.logs({ url: grpc })).code, ExportResultCode.SUCCESS);
  const { status } = await fetch(`${otlp}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(OtlpRequest.of(batches[0] as Batch).decoded()),
  });
  assert.equal(status, 200);
  await eventually(() => batches.length === 2);
  assert.equal(collector.stats().receivers.otlp?.accepted.logs, 2);
});
