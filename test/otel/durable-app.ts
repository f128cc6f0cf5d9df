import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { OtelEventsError } from '../../src/index.ts';
import {
  DurableLogRecordProcessor,
  type DurableProcessorOptions,
  DurableSpanProcessor,
} from '../../src/otel/index.ts';
import { type Answer, type HttpSink, httpSink } from '../harness/http-sink.ts';
import { logRecordsOf } from '../harness/otlp-json.ts';

type Resource = NonNullable<NonNullable<ConstructorParameters<typeof LoggerProvider>[0]>['resource']>;

export const RESOURCE: Resource = resourceFromAttributes(
  { 'service.name': 'shop', 'process.pid': 7 },
  { schemaUrl: 'https://example.test/resource' },
);

/** An app that logs through the SDK's provider and a durable processor to a sink of its own. */
export interface LoggingApp extends AsyncDisposable {
  readonly sink: HttpSink;
  readonly processor: DurableLogRecordProcessor;
  readonly provider: LoggerProvider;
  readonly logger: ReturnType<LoggerProvider['getLogger']>;
  /** The codes of what was told to `onError`. */
  codes(): string[];
  /** The bodies of what has arrived, as JSON. */
  bodies(): unknown[];
}

export async function loggingApp(
  options: DurableProcessorOptions = {},
  answer?: Answer,
  resource?: Resource,
): Promise<LoggingApp> {
  return loggingTo(await httpSink(answer), options, resource);
}

export function loggingTo(sink: HttpSink, options: DurableProcessorOptions, resource = RESOURCE): LoggingApp {
  const errors: OtelEventsError[] = [];
  const onError = (error: OtelEventsError): void => void errors.push(error);
  const processor = new DurableLogRecordProcessor({ endpoint: sink.url, onError, ...options });
  const provider = new LoggerProvider({ resource, processors: [processor] });
  return {
    sink,
    processor,
    provider,
    logger: provider.getLogger('app'),
    codes: () => errors.map(({ code }) => code),
    bodies: () => logRecordsOf(sink.requests).map(({ body }) => body),
    async [Symbol.asyncDispose]() {
      await processor.shutdown();
      await sink.close();
    },
  };
}

/** An app that traces through the SDK's provider and a durable processor. */
export function tracingTo(
  sink: HttpSink,
  options: DurableProcessorOptions = {},
): { readonly processor: DurableSpanProcessor; readonly provider: TracerProvider } {
  const processor = new DurableSpanProcessor({ endpoint: sink.url, ...options });
  return { processor, provider: new TracerProvider({ resource: RESOURCE, spanProcessors: [processor] }) };
}
