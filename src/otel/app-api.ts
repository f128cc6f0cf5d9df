import { type Context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import type { AttributeMap, AttributeValue } from '../otlp/values/attribute-value.ts';

/** A log record as both generations of the logs API take it. */
export interface ApiLogRecord {
  readonly eventName: string;
  readonly timestamp: readonly [number, number];
  readonly observedTimestamp: readonly [number, number];
  readonly severityNumber: number;
  readonly body: AttributeValue;
  readonly attributes: AttributeMap;
  /** Never undefined: an SDK takes that for "no context" and the trace is lost. */
  readonly context: Context;
}

/** The part of an OTel logger that is used; its type is not in api 1.9. */
export interface ApiLogger {
  emit(record: ApiLogRecord): void;
  /** Missing in older SDKs. */
  enabled?(options: { context: Context; severityNumber: number; eventName: string }): boolean;
}

/** The part of an OTel logger provider that is used. */
export interface ApiLoggerProvider {
  getLogger(name: string, version?: string, options?: { attributes?: AttributeMap }): ApiLogger;
}

/** The part of an OTel tracer that is used. */
export interface ApiTracer {
  startSpan(name: string, options: object, context: Context): Span;
}

/** The part of an OTel tracer provider that is used. */
export interface ApiTracerProvider {
  getTracer(name: string, version?: string): ApiTracer;
}

/** An observable instrument of an OTel meter: nothing of it is used but itself. */
export type ApiObservable = object;

/** What a callback of an OTel meter reports with. */
export interface ApiObservableResult {
  observe(
    instrument: ApiObservable,
    value: number,
    attributes: Readonly<Record<string, string | number>>,
  ): void;
}

/** The part of an OTel meter that is used; the same in every version since api 1.3. */
export interface ApiMeter {
  createObservableCounter(name: string, options: object): ApiObservable;
  createObservableUpDownCounter(name: string, options: object): ApiObservable;
  addBatchObservableCallback(
    callback: (result: ApiObservableResult) => void,
    instruments: ApiObservable[],
  ): void;
}

/** The part of an OTel meter provider that is used. */
export interface ApiMeterProvider {
  getMeter(name: string, version?: string): ApiMeter;
}

/** The part of an OTel context manager that is used. */
export interface ApiContextManager {
  active(): Context;
  with<T>(context: Context, fn: () => T): T;
}

/** Any generation of an OTel logger provider, as a caller hands it in. */
export interface AnyLoggerProvider {
  getLogger(name: string, version?: string): object;
}

/** Any generation of an OTel tracer provider, as a caller hands it in. */
export interface AnyTracerProvider {
  getTracer(name: string, version?: string): object;
}

/** What the app has registered with OpenTelemetry, whichever copy of the api it used. */
export interface AppApi {
  readonly logs: ApiLoggerProvider | undefined;
  readonly traces: ApiTracerProvider | undefined;
  readonly contexts: ApiContextManager | undefined;
  /** The version of the api that registered. */
  readonly version: string | undefined;
}

/** The part of OTel's diagnostic logger that is used. */
export interface ApiDiag {
  warn(message: string): void;
  error(message: string): void;
}

interface ApiGlobal {
  readonly version?: string;
  readonly logs?: ApiLoggerProvider;
  readonly trace?: ApiTracerProvider;
  readonly context?: ApiContextManager;
  /** Not before api 1.3. */
  readonly metrics?: ApiMeterProvider;
  readonly diag?: ApiDiag;
}

const API = Symbol.for('opentelemetry.js.api.1');
const API_LOGS = Symbol.for('io.opentelemetry.js.api.logs');

/**
 * What the app has registered now. Asked on every use: an SDK that starts later is used from then on. Goes
 * through the globals, because the imported api may be another copy than the app's, and because SDK 2.x
 * registers its logs under a global of their own.
 */
export function appApi(): AppApi {
  const api = (globalThis as { [key: symbol]: unknown })[API] as ApiGlobal | undefined;
  return {
    logs: appLogs(),
    traces: api?.trace,
    contexts: api?.context,
    version: api?.version,
  };
}

/** The logger provider that is registered now; the quick way to it. */
export function appLogs(): ApiLoggerProvider | undefined {
  const globals = globalThis as { [key: symbol]: unknown };
  return (globals[API] as ApiGlobal | undefined)?.logs ?? logsOfSdk2(globals[API_LOGS]);
}

/** The meter provider that is registered now. */
export function appMetrics(): ApiMeterProvider | undefined {
  return ((globalThis as { [key: symbol]: unknown })[API] as ApiGlobal | undefined)?.metrics;
}

/** Where the app has OpenTelemetry's own diagnostics written; undefined if it has not said. */
export function appDiag(): ApiDiag | undefined {
  return ((globalThis as { [key: symbol]: unknown })[API] as ApiGlobal | undefined)?.diag;
}

function logsOfSdk2(getter: unknown): ApiLoggerProvider | undefined {
  return typeof getter === 'function' ? (getter(1) as ApiLoggerProvider | undefined) : undefined;
}

/** The app's active context; the root context where no context manager is registered, or where it throws. */
export function activeContext(): Context {
  try {
    const api = (globalThis as { [key: symbol]: unknown })[API] as ApiGlobal | undefined;
    return api?.context?.active() ?? ROOT_CONTEXT;
  } catch {
    return ROOT_CONTEXT;
  }
}

/** Runs `fn`, once, with `context` active, where the app has a context manager that does not throw. */
export function withContext<T>(context: Context, fn: () => T): T {
  let isRun = false;
  try {
    const api = (globalThis as { [key: symbol]: unknown })[API] as ApiGlobal | undefined;
    if (api?.context !== undefined) {
      return api.context.with(context, () => {
        isRun = true;
        return fn();
      });
    }
  } catch (error) {
    if (isRun) throw error;
  }
  return fn();
}

/**
 * True when the app registered with a copy of the api that the imported one cannot see: spans made through
 * the imported api would be no-ops.
 */
export function isApiSplit({ traces }: AppApi): boolean {
  return traces !== undefined && (trace.getTracerProvider() as unknown) !== traces;
}
