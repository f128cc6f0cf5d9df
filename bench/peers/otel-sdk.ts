import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import type { Contender } from '../contenders/contender.ts';
import { NAME, numberedData } from '../event.ts';

export interface OtelSdkOptions {
  readonly encoding: 'json' | 'protobuf';
  /** The SDK's default is 2,048; what comes when it is full is dropped. */
  readonly maxQueueSize?: number;
}

/** The stock pipeline: `BatchLogRecordProcessor` and the OTLP/HTTP exporter, defaults but for the queue. */
export function start(sinkUrl: string, _directory: string, options: OtelSdkOptions): Contender {
  const { encoding, ...queue } = options;
  const Exporter = encoding === 'json' ? JsonExporter : ProtobufExporter;
  const exporter = new Exporter({ url: `${sinkUrl}/v1/logs` });
  const provider = new LoggerProvider({ processors: [new BatchLogRecordProcessor({ exporter, ...queue })] });
  const logger = provider.getLogger('bench');
  return {
    log: (seq) =>
      logger.emit({ eventName: NAME, severityNumber: 9, body: NAME, attributes: numberedData(seq) }),
    flush: () => provider.forceFlush(),
    close: () => provider.shutdown(),
  };
}
