// An app with a LoggerProvider of its own, and what stands in it: the SDK's batch processor or the durable one.
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { DurableLogRecordProcessor } from 'otel-events/otel';

const [choice, count, end] = process.argv.slice(2);

const processor =
  choice === 'durable'
    ? new DurableLogRecordProcessor({ spool: process.env.SPOOL as string })
    : new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() });
const provider = new LoggerProvider({ processors: [processor] });
const logger = provider.getLogger('orders', '1.0.0');

for (let n = 0; n < Number(count); n++) {
  logger.emit({ eventName: 'order.placed', severityNumber: 9, attributes: { n, total: 12.5 } });
}

if (end === 'crash') {
  // By then the durable processor has written its records to the file.
  await endOfTurn();
  process.kill(process.pid, 'SIGKILL');
}
await provider.forceFlush();
await provider.shutdown();
