import { SpanKind, trace } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { detectResources } from '@opentelemetry/resources';
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { EventLogger, type EventScope, type Ledger, OtelEventsError } from 'otel-events';
import { type Collector, startCollector } from 'otel-events/collector';
import {
  appDetector,
  DurableLogRecordProcessor,
  DurableSpanProcessor,
  deviceDetector,
  EventToSpanEventProcessor,
} from 'otel-events/otel';
import { testLogger } from 'otel-events/testing';

const provider = new LoggerProvider({
  resource: detectResources({ detectors: [appDetector({ name: 'shop' }), deviceDetector] }),
  processors: [new EventToSpanEventProcessor(), new DurableLogRecordProcessor({ spool: 'spool' })],
});
await using events = new EventLogger({
  app: { name: 'shop', version: '1.4.0' },
  loggerProvider: provider,
  tracerProvider: trace.getTracerProvider(),
  onError: ({ code }: OtelEventsError) => console.error(code),
});
new EventLogger({ loggerProvider: logs.getLoggerProvider() });
const id: string = events.log('cart.item_added', { sku: 'A1', qty: 2 }, { tags: ['web'] });
const paid: Promise<boolean> = events.track('checkout', { id }, { kind: SpanKind.CLIENT }, async (scope) => {
  scope.add({ total: 12.5 });
  return true;
});
{
  using scope: EventScope = events.track('upload');
  scope.log('upload.started');
}
await paid;
const ledger: Ledger = events.stats();
const collector: Promise<Collector> = startCollector({ config: {} });
console.log(ledger.total.acked, collector, testLogger().emitted);
const logRecords: LogRecordProcessor = new DurableLogRecordProcessor();
const spans: SpanProcessor = new DurableSpanProcessor({ durability: 'memory', maxBytes: 1_000_000 });
console.log(logRecords, spans, new DurableSpanProcessor().stats().spans.acked);
// @ts-expect-error a key that does not exist
new DurableLogRecordProcessor({ spol: 'spool' });
// @ts-expect-error a key that does not exist
new EventLogger({ servce: 'shop' });
