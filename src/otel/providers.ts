import { createRequire } from 'node:module';
import type { Outlet, Outlets, OutletsOptions } from '../delivery/bridge.ts';
import { SCOPE } from '../delivery/scope.ts';
import { baseOf } from '../delivery/settings/base-of.ts';
import type { OtelEnvironment } from '../delivery/settings/environment.ts';
import { grpcPortWarning } from '../delivery/settings/environment-warnings.ts';
import type { DeliveryOptions } from '../delivery-options.ts';
import { type ErrorCode, OtelEventsError } from '../errors.ts';
import { within } from '../time.ts';
import {
  type AnyLoggerProvider,
  type AnyTracerProvider,
  type ApiLoggerProvider,
  type ApiTracer,
  type ApiTracerProvider,
  type AppApi,
  appApi,
  appLogs,
  isApiSplit,
} from './app-api.ts';
import { AppSink } from './app-sink.ts';
import { loadSdk } from './load-sdk.ts';
import type { SdkTraces } from './sdk.ts';
import { StockSink } from './stock/stock-sink.ts';

/** Where records go over OpenTelemetry; `docs/configuration.md` has the table. */
export type DeliveryMode = 'auto' | 'app' | 'durable' | 'sdk' | 'none';

/** What the choice of providers depends on. */
export interface ProvidersOptions
  extends OutletsOptions,
    Pick<DeliveryOptions, 'endpoint' | 'headers' | 'agent' | 'flushIntervalMs' | 'flushBatchSize'> {
  readonly delivery: DeliveryMode;
  readonly env: OtelEnvironment;
  readonly loggerProvider: AnyLoggerProvider | undefined;
  readonly tracerProvider: AnyTracerProvider | undefined;
  readonly onError: (error: OtelEventsError) => void;
}

/** Codes under which there is more than one thing to say. */
const SEVERAL: readonly ErrorCode[] = ['ENVIRONMENT_UNSUPPORTED', 'PROVIDER_MISSING'];

const TO_SPOOL: Outlet = { kind: 'spool' };

/** A tracer, and whether it is ours. */
export interface ChosenTracer {
  readonly tracer: ApiTracer;
  readonly own: boolean;
}

/**
 * Finds the providers to use, anew for every event: an SDK that the app starts later is used from then on.
 * Without one it brings its own pipeline. It registers nothing.
 */
export class Providers implements Outlets {
  readonly #options: ProvidersOptions;
  readonly #appSink: AppSink;
  readonly #toAppSink: Outlet;
  readonly #warned = new Set<string>();
  #toStockSink: { readonly kind: 'sink'; readonly sink: StockSink } | undefined;
  #ownTraces: SdkTraces | undefined;
  #announced = false;
  /** Losing spans is reported once an outage. */
  #losingSpans = false;
  #tracers = new WeakMap<ApiTracerProvider, ApiTracer>();

  constructor(options: ProvidersOptions) {
    this.#options = options;
    this.#appSink = new AppSink(options.given, options.accounts, () => this.#warn(providerDeaf()));
    this.#toAppSink = { kind: 'sink', sink: this.#appSink };
  }

  /** Where the next event goes. */
  outlet(): Outlet {
    const { delivery, loggerProvider, endpoint, hasSpool } = this.#options;
    if (delivery === 'none') return { kind: 'none', reason: 'no_sink' };
    if (delivery === 'durable' || delivery === 'sdk') return this.#own();
    if (loggerProvider !== undefined) return this.#toApp(loggerProvider as ApiLoggerProvider);
    if (delivery === 'auto' && (hasSpool || endpoint !== undefined)) return this.#own();
    const registered = appLogs();
    if (registered !== undefined) return this.#toApp(registered);
    return delivery === 'auto' ? this.#own() : this.#noProvider();
  }

  /** Whether a destination is a pipeline of our own. */
  isOwn(outlet: Outlet): boolean {
    return outlet === TO_SPOOL || outlet === this.#toStockSink;
  }

  /** The tracer for the next scope; undefined when its span is not to be exported. */
  tracer(): ChosenTracer | undefined {
    const given = this.#options.tracerProvider as ApiTracerProvider | undefined;
    const provider = given ?? appApi().traces;
    if (provider !== undefined) return { tracer: this.#tracerOf(provider), own: false };
    const outlet = this.outlet();
    if (!this.isOwn(outlet) || this.#options.env.traces.exporter === 'none') return undefined;
    this.#ownTraces ??= this.#startTraces(outlet === TO_SPOOL);
    return { tracer: this.#tracerOf(this.#ownTraces.provider), own: true };
  }

  /**
   * Loads the stock pipeline ahead of the first event, if that is where it would go now.
   * @returns where it would go
   */
  warmUp(): Outlet['kind'] {
    const outlet = this.outlet();
    if (outlet === this.#toStockSink) this.#toStockSink.sink.warmUp();
    return outlet.kind;
  }

  async flush(): Promise<void> {
    await Promise.all([this.#toStockSink?.sink.flush(), this.#ownTraces?.flush()]);
  }

  async close(timeoutMs: number): Promise<void> {
    await Promise.all([
      this.#toStockSink?.sink.close(timeoutMs),
      this.#ownTraces === undefined ? undefined : within(timeoutMs, this.#ownTraces.shutdown()),
    ]);
  }

  #toApp(provider: ApiLoggerProvider): Outlet {
    if (this.#appSink.use(provider)) this.#warnOfSplit();
    return this.#toAppSink;
  }

  #own(): Outlet {
    const { env, delivery } = this.#options;
    if (env.disabled) return this.#disabled('OTEL_SDK_DISABLED is true');
    if (!this.#announced) this.#announce();
    if (env.logs.exporter === 'none') return this.#disabled('OTEL_LOGS_EXPORTER is none');
    if (delivery !== 'sdk' && env.logs.exporter === 'otlp') return TO_SPOOL;
    this.#toStockSink ??= { kind: 'sink', sink: this.#startStock() };
    return this.#toStockSink;
  }

  /** Says once what the environment asks for and our own pipelines do not have. */
  #announce(): void {
    this.#announced = true;
    const { env, endpoint } = this.#options;
    const port = endpoint === undefined ? undefined : grpcPortWarning('the option endpoint', endpoint);
    for (const warning of [...env.unsupported, port]) if (warning !== undefined) this.#warn(warning);
  }

  #startStock(): StockSink {
    const { env, endpoint, flushIntervalMs, flushBatchSize } = this.#options;
    return new StockSink({
      ...this.#options,
      url: signalUrl(endpoint, 'logs'),
      delayMs: flushIntervalMs ?? env.logs.batch.delayMs ?? 1000,
      maxBatchSize: flushBatchSize ?? env.logs.batch.maxBatchSize ?? 512,
    });
  }

  #startTraces(intoSpool: boolean): SdkTraces {
    const { env, endpoint, flushIntervalMs, flushBatchSize, onError, onSpan } = this.#options;
    if (intoSpool && env.traces.exporter === 'otlp') return loadSdk().startSdkSpans({ env, onSpan });
    return loadSdk().startSdkTraces({
      ...this.#options,
      url: signalUrl(endpoint, 'traces'),
      delayMs: flushIntervalMs ?? env.traces.batch.delayMs ?? 1000,
      maxBatchSize: flushBatchSize ?? env.traces.batch.maxBatchSize ?? 512,
      onExported: (_, { failure, refused }) => {
        const lost = failure !== undefined || refused > 0;
        if (lost && !this.#losingSpans) onError(spansLost(failure?.message ?? 'partial success'));
        this.#losingSpans = lost;
      },
    });
  }

  #tracerOf(provider: ApiTracerProvider): ApiTracer {
    let tracer = this.#tracers.get(provider);
    if (tracer === undefined) {
      this.#warnOfSplit();
      tracer = provider.getTracer(SCOPE.name, SCOPE.version);
      this.#tracers.set(provider, tracer);
    }
    return tracer;
  }

  #warnOfSplit(): void {
    const api = appApi();
    if (isApiSplit(api) && !this.#warned.has('API_DUPLICATED')) this.#warn(apiDuplicated(api));
  }

  #noProvider(): Outlet {
    const message = "delivery is 'app', but the app has registered no LoggerProvider: events are dropped";
    const fix = "start the app's OpenTelemetry SDK, or use delivery 'auto'";
    this.#warn(new OtelEventsError('PROVIDER_MISSING', message, { fix }));
    return { kind: 'none', reason: 'no_provider' };
  }

  #disabled(why: string): Outlet {
    const message = `${why}: events do not leave over OTLP`;
    this.#warn(new OtelEventsError('SDK_DISABLED', message, { fix: 'unset the variable to send events' }));
    return { kind: 'none', reason: 'disabled' };
  }

  #warn(error: OtelEventsError): void {
    const key = SEVERAL.includes(error.code) ? error.message : error.code;
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.#options.onError(error);
  }
}

/** @see OTLP specification, "OTLP/HTTP Request": the default paths below a base URL */
function signalUrl(endpoint: string | undefined, signal: 'logs' | 'traces'): string | undefined {
  return endpoint === undefined ? undefined : `${baseOf(endpoint).href.replace(/\/$/, '')}/v1/${signal}`;
}

function spansLost(why: string): OtelEventsError {
  const fix = 'check the endpoint and the collector; events have their own account in stats()';
  return new OtelEventsError('EXPORT_FAILED', `otlp: spans of scopes were not delivered (${why})`, { fix });
}

function providerDeaf(): OtelEventsError {
  const message =
    "the app's LoggerProvider takes no events: it is a no-op, has no processor, was shut down, or disables the " +
    "scope 'otel-events'; they are dropped and counted as disabled";
  const fix =
    "give the app's SDK a log record processor and shut it down after the logger, or use delivery 'durable'";
  return new OtelEventsError('PROVIDER_MISSING', message, { fix });
}

function apiDuplicated({ version }: AppApi): OtelEventsError {
  const message = `two copies of @opentelemetry/api: the app registered version ${version}, otel-events found ${apiVersion()}`;
  const fix =
    "events and scopes go through the app's copy; have one version in the tree: npm ls @opentelemetry/api";
  return new OtelEventsError('API_DUPLICATED', message, { fix });
}

/** The version of the imported api, read from its folder: its exports do not tell it. */
function apiVersion(): string {
  const require = createRequire(import.meta.url);
  const [folder] = require.resolve('@opentelemetry/api').split(/(?<=@opentelemetry[\\/]api)[\\/]/);
  return (require(`${folder}/package.json`) as { version: string }).version;
}
