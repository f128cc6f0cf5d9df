// The one file that imports OpenTelemetry SDK packages. The build bundles it with them, so it must not
// import anything of ours that has identity or state: that would exist twice.
import type { Agent } from 'node:http';
import { type TextMapPropagator, TraceFlags } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPTraceExporter as JsonTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, type Resource } from '@opentelemetry/resources';
import {
  BatchLogRecordProcessor,
  ConsoleLogRecordExporter,
  LoggerProvider,
  type ReadableLogRecord,
  type ReadWriteLogRecord,
} from '@opentelemetry/sdk-logs';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { OtelEnvironment, SignalEnvironment } from '../delivery/settings/environment.ts';
import type { ReadableSpan as EncodableSpan } from '../otlp/sdk/encode-span.ts';
import type { AttributeMap } from '../otlp/values/attribute-value.ts';
import { limitInPlace } from '../otlp/values/limit-values.ts';
import type { ApiContextManager, ApiLoggerProvider, ApiLogRecord, ApiTracerProvider } from './app-api.ts';
import type { DurableLogRecordProcessor } from './durable/durable-log-record-processor.ts';
import type { DurableSpanProcessor } from './durable/durable-span-processor.ts';
import { AccountingExporter, type ExportReport, type InnerExporter } from './stock/accounting-exporter.ts';

/** What both signals need to be set up. */
export interface SdkSignalOptions {
  /** Called once, when the first batch is about to leave. */
  readonly resource: () => AttributeMap;
  /** The whole URL; undefined leaves it to `OTEL_EXPORTER_OTLP_*`. */
  readonly url: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Of the app's, in place of the exporter's own. */
  readonly agent?: Agent | undefined;
  readonly env: OtelEnvironment;
  readonly delayMs: number;
  readonly maxBatchSize: number;
}

/** What a log pipeline needs beside that. */
export interface SdkLogsOptions extends SdkSignalOptions {
  readonly scope: { readonly name: string; readonly version: string };
  /** About how many bytes the record of a ticket takes. */
  readonly sizeOf: (ticket: unknown) => number;
  /** Called once for each ticket that was emitted, with how its batch fared. */
  readonly onExported: (tickets: readonly unknown[], report: ExportReport) => void;
}

/** What a trace pipeline needs beside that. */
export interface SdkTracesOptions extends SdkSignalOptions {
  readonly onExported: (spans: number, report: ExportReport) => void;
}

/** What spans need that go another way than over the SDK's exporter. */
export interface SdkSpansOptions {
  readonly env: OtelEnvironment;
  /** Called for each sampled span that has ended. */
  readonly onSpan: (span: EncodableSpan) => void;
}

/** What a provider needs whose records go to a processor of ours. */
export interface SdkProviderOptions<Processor> {
  readonly env: OtelEnvironment;
  /** Called once, at the first record. */
  readonly resource: () => AttributeMap;
  readonly processor: Processor;
}

/** A log pipeline of the stock SDK. */
export interface SdkLogs {
  readonly provider: ApiLoggerProvider;
  /** False if the SDK did not take the record. */
  emit(record: ApiLogRecord, ticket: unknown): boolean;
  /** Hands over what is queued; may return early, see `BatchLogRecordProcessor`. */
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** A trace pipeline of the stock SDK. */
export interface SdkTraces {
  readonly provider: ApiTracerProvider;
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

/** The SDK's queue bound: the caller bounds the queue and counts what does not fit, the SDK would not. */
const UNBOUNDED = Number.POSITIVE_INFINITY;

/** The exporter has a time-out of its own; the processor's would forget a batch that is still being sent. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

const TICKET = Symbol('otel-events ticket');

/** Starts `LoggerProvider` → `BatchLogRecordProcessor` → `OTLPLogExporter`. */
export function startSdkLogs(options: SdkLogsOptions): SdkLogs {
  const { env, onExported, sizeOf, scope } = options;
  const ticketOf = (record: ReadableLogRecord): unknown => (record as { [TICKET]?: unknown })[TICKET];
  const processor = new BatchLogRecordProcessor({
    exporter: new AccountingExporter<ReadableLogRecord>(
      logExporter(options, env.logs),
      (record) => sizeOf(ticketOf(record)),
      (records, report) => onExported(records.map(ticketOf), report),
    ),
    scheduledDelayMillis: options.delayMs,
    maxExportBatchSize: options.maxBatchSize,
    maxQueueSize: UNBOUNDED,
    exportTimeoutMillis: NO_TIMEOUT_MS,
  });
  let emitting: unknown;
  let taken = false;
  const ticketing = {
    onEmit(record: ReadWriteLogRecord): void {
      taken = true;
      (record as { [TICKET]?: unknown })[TICKET] = emitting;
      limitRecord(record, env.logs);
      processor.onEmit(record);
    },
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  };
  const provider = new LoggerProvider({
    resource: new LazyResource(options.resource),
    processors: [ticketing],
    logRecordLimits: limits(env.logs),
  });
  const logger = provider.getLogger(scope.name, scope.version);
  return {
    provider: provider as unknown as ApiLoggerProvider,
    emit(record, ticket) {
      emitting = ticket;
      taken = false;
      logger.emit(record as unknown as Parameters<typeof logger.emit>[0]);
      emitting = undefined;
      return taken;
    },
    flush: () => processor.forceFlush(),
    shutdown: () => provider.shutdown(),
  };
}

/** Starts `TracerProvider` → `BatchSpanProcessor` → `OTLPTraceExporter`. */
export function startSdkTraces(options: SdkTracesOptions): SdkTraces {
  const { env, onExported } = options;
  const processor = new BatchSpanProcessor({
    exporter: new AccountingExporter<ReadableSpan>(
      traceExporter(options, env.traces),
      () => 0,
      (spans, report) => onExported(spans.length, report),
    ),
    scheduledDelayMillis: options.delayMs,
    maxExportBatchSize: options.maxBatchSize,
    maxQueueSize: env.traces.batch.maxQueueSize ?? 100_000,
    exportTimeoutMillis: NO_TIMEOUT_MS,
  });
  return tracesOf(processor, env, new LazyResource(options.resource));
}

/** Starts a `TracerProvider` whose spans are handed to a function; their resource is the taker's business. */
export function startSdkSpans({ env, onSpan }: SdkSpansOptions): SdkTraces {
  const handing: SpanProcessor = {
    onStart() {},
    onEnd(span) {
      if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) onSpan(span);
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  return tracesOf(handing, env, undefined);
}

/** A `LoggerProvider` within the limits of the environment, for a processor of ours. */
export function sdkLoggerProvider(options: SdkProviderOptions<DurableLogRecordProcessor>): ApiLoggerProvider {
  const { env, resource, processor } = options;
  const limiting = {
    onEmit(record: ReadWriteLogRecord): void {
      limitRecord(record, env.logs);
      processor.onEmit(record);
    },
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  };
  const provider = new LoggerProvider({
    resource: new LazyResource(resource),
    processors: [env.logs.maxValueLength === undefined ? processor : limiting],
    logRecordLimits: limits(env.logs),
  });
  return provider as unknown as ApiLoggerProvider;
}

/** A `TracerProvider` with the sampler and the limits of the environment, for a processor of ours. */
export function sdkTracerProvider(options: SdkProviderOptions<DurableSpanProcessor>): ApiTracerProvider {
  const { env, resource, processor } = options;
  return tracesOf(processor, env, new LazyResource(resource)).provider;
}

function tracesOf(processor: SpanProcessor, env: OtelEnvironment, resource: Resource | undefined): SdkTraces {
  const provider = new TracerProvider({
    ...(resource === undefined ? {} : { resource }),
    spanProcessors: [limitingSpans(processor, env.traces)],
    sampler: sampler(env),
    spanLimits: {
      ...limits(env.traces),
      ...(env.maxSpanEvents === undefined ? {} : { eventCountLimit: env.maxSpanEvents }),
      ...(env.maxSpanLinks === undefined ? {} : { linkCountLimit: env.maxSpanLinks }),
    },
  });
  return {
    provider: provider as unknown as ApiTracerProvider,
    flush: () => processor.forceFlush(),
    shutdown: () => provider.shutdown(),
  };
}

/** What an app needs globally, beside providers, for contexts to travel. */
export function globalParts({ propagators }: OtelEnvironment): {
  contexts: ApiContextManager;
  propagator: TextMapPropagator;
} {
  const makers = {
    tracecontext: () => new W3CTraceContextPropagator(),
    baggage: () => new W3CBaggagePropagator(),
  };
  return {
    contexts: new AsyncLocalStorageContextManager().enable() as unknown as ApiContextManager,
    propagator: new CompositePropagator({ propagators: propagators.map((name) => makers[name]()) }),
  };
}

/** A resource that is read when somebody waits for it or asks for it, not when the provider is made. */
class LazyResource implements Resource {
  readonly #read: () => AttributeMap;
  #attributes: Resource['attributes'] | undefined;

  constructor(read: () => AttributeMap) {
    this.#read = read;
  }

  get asyncAttributesPending(): boolean {
    return this.#attributes === undefined;
  }

  async waitForAsyncAttributes(): Promise<void> {
    this.#attributes ??= this.#load();
  }

  get attributes(): Resource['attributes'] {
    this.#attributes ??= this.#load();
    return this.#attributes;
  }

  getRawAttributes(): ReturnType<Resource['getRawAttributes']> {
    return Object.entries(this.attributes);
  }

  merge(other: Resource | null): Resource {
    return new LazyResource(() => ({ ...this.attributes, ...other?.attributes }) as AttributeMap);
  }

  #load(): Resource['attributes'] {
    return { ...defaultResource().attributes, ...(this.#read() as Resource['attributes']) };
  }
}

function logExporter(options: SdkSignalOptions, signal: SignalEnvironment): InnerExporter<ReadableLogRecord> {
  if (signal.exporter === 'console') return new ConsoleLogRecordExporter();
  const Exporter = signal.protocol === 'http/json' ? JsonLogExporter : ProtobufLogExporter;
  return new Exporter(exporterConfig(options));
}

function traceExporter(options: SdkSignalOptions, signal: SignalEnvironment): InnerExporter<ReadableSpan> {
  if (signal.exporter === 'console') return new ConsoleSpanExporter();
  const Exporter = signal.protocol === 'http/json' ? JsonTraceExporter : ProtobufTraceExporter;
  return new Exporter(exporterConfig(options));
}

function exporterConfig({ url, headers, agent }: SdkSignalOptions): {
  url?: string;
  headers?: Record<string, string>;
  httpAgentOptions?: () => Agent;
} {
  return {
    ...(url === undefined ? {} : { url }),
    ...(headers === undefined ? {} : { headers: { ...headers } }),
    ...(agent === undefined ? {} : { httpAgentOptions: () => agent }),
  };
}

/** Without the limit of lengths: the SDK would cut identifiers of ours, and characters in their middle. */
function limits({ maxAttributes }: SignalEnvironment): { attributeCountLimit?: number } {
  return maxAttributes === undefined ? {} : { attributeCountLimit: maxAttributes };
}

function limitRecord({ attributes }: ReadWriteLogRecord, { maxValueLength }: SignalEnvironment): void {
  if (maxValueLength !== undefined) limitInPlace(attributes, maxValueLength);
}

function limitingSpans(inner: SpanProcessor, { maxValueLength }: SignalEnvironment): SpanProcessor {
  if (maxValueLength === undefined) return inner;
  return {
    onStart: (span, context) => inner.onStart(span, context),
    onEnd(span) {
      const { attributes, events, links } = span;
      for (const each of [{ attributes }, ...events, ...links]) limitInPlace(each.attributes, maxValueLength);
      inner.onEnd(span);
    },
    forceFlush: () => inner.forceFlush(),
    shutdown: () => inner.shutdown(),
  };
}

/** @see OpenTelemetry specification, "configuration/sdk-environment-variables", OTEL_TRACES_SAMPLER */
function sampler({ sampler: name, samplerArgument }: OtelEnvironment): Sampler {
  const ratio = Number(samplerArgument ?? 1);
  const root = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio >= 0 && ratio <= 1 ? ratio : 1),
  }[(name ?? 'always_on').replace('parentbased_', '')];
  const chosen = root === undefined ? new AlwaysOnSampler() : root();
  const parentBased = name === undefined || root === undefined || name.startsWith('parentbased_');
  return parentBased ? new ParentBasedSampler({ root: chosen }) : chosen;
}
