import * as api from '@opentelemetry/api';
import { watchEnd } from '../delivery/process-end.ts';
import { resourceAttributes } from '../delivery/resource/resource.ts';
import { SCOPE } from '../delivery/scope.ts';
import {
  type OtelEnvironment,
  propagatorWarning,
  readEnvironment,
} from '../delivery/settings/environment.ts';
import { text } from '../delivery/settings/variable-text.ts';
import { OtelEventsError } from '../errors.ts';
import { within } from '../time.ts';
import { type ApiLoggerProvider, type ApiTracerProvider, appApi } from './app-api.ts';
import { DurableLogRecordProcessor } from './durable/durable-log-record-processor.ts';
import type { DurableProcessorOptions } from './durable/durable-options.ts';
import { durableReport } from './durable/durable-report.ts';
import { DurableSpanProcessor } from './durable/durable-span-processor.ts';
import { loadSdk } from './load-sdk.ts';
import type { SdkLogs, SdkSignalOptions, SdkTraces } from './sdk.ts';

/** How long a naturally ending process waits for what a console exporter has not written, in milliseconds. */
const EXIT_TIMEOUT_MS = 5000;

/** A pipeline to the console: the SDK's own. */
type ConsolePipeline = Pick<SdkLogs & SdkTraces, 'flush'>;

/**
 * Sets up our pipeline for a whole app, as `OTEL_*` variables say, and registers it globally, for each signal
 * that has no provider yet. The only place of this library that registers anything.
 */
export function registerGlobals(): void {
  const env = readEnvironment(process.env);
  const report = durableReport();
  if (env.disabled) {
    const message = 'OTEL_SDK_DISABLED is true: nothing is registered';
    report(new OtelEventsError('SDK_DISABLED', message, { fix: 'unset the variable' }));
    return;
  }
  for (const warning of [...env.unsupported, propagatorWarning(process.env)]) {
    if (warning !== undefined) report(warning);
  }
  const app = appApi();
  if (app.logs === undefined && env.logs.exporter !== 'none') setGlobalLogs(loggerProvider(env));
  if (app.traces === undefined && env.traces.exporter !== 'none') setGlobalTraces(tracerProvider(env));
  if (app.contexts === undefined) setGlobalContexts(env);
}

function loggerProvider(env: OtelEnvironment): ApiLoggerProvider {
  const sdk = loadSdk();
  if (env.logs.exporter === 'otlp') {
    return sdk.sdkLoggerProvider({ env, resource, processor: new DurableLogRecordProcessor(durable()) });
  }
  const logs = sdk.startSdkLogs({
    ...toConsole(env, 'logs'),
    scope: SCOPE,
    sizeOf: () => 0,
    onExported() {},
  });
  flushAtExit(logs);
  return logs.provider;
}

function tracerProvider(env: OtelEnvironment): ApiTracerProvider {
  const sdk = loadSdk();
  if (env.traces.exporter === 'otlp') {
    return sdk.sdkTracerProvider({ env, resource, processor: new DurableSpanProcessor(durable()) });
  }
  const traces = sdk.startSdkTraces({ ...toConsole(env, 'traces'), onExported() {} });
  flushAtExit(traces);
  return traces.provider;
}

/** The pipeline is ours, and so are signals. */
function durable(): DurableProcessorOptions {
  const spool = text(process.env, 'OTEL_EVENTS_SPOOL');
  return { handleSignals: true, ...(spool === undefined ? {} : { spool }) };
}

function toConsole(env: OtelEnvironment, signal: 'logs' | 'traces'): SdkSignalOptions {
  const { delayMs = 1000, maxBatchSize = 512 } = env[signal].batch;
  return { env, resource, delayMs, maxBatchSize, url: undefined, headers: undefined };
}

function resource(): ReturnType<typeof resourceAttributes> {
  return resourceAttributes({
    app: {},
    environment: undefined,
    attributes: {},
    identifyDevice: false,
    env: process.env,
  });
}

/** Under api 1.10 the logs API is part of it; before, it had a global of its own. */
function setGlobalLogs(provider: ApiLoggerProvider): void {
  if ('logs' in api) {
    api.logs.setGlobalLoggerProvider(provider as unknown as api.LoggerProvider);
  } else {
    const globals = globalThis as { [key: symbol]: unknown };
    globals[Symbol.for('io.opentelemetry.js.api.logs')] = (version: number) =>
      version === 1 ? provider : undefined;
  }
}

function setGlobalTraces(provider: ApiTracerProvider): void {
  api.trace.setGlobalTracerProvider(provider as unknown as api.TracerProvider);
}

function setGlobalContexts(env: OtelEnvironment): void {
  const { contexts, propagator } = loadSdk().globalParts(env);
  api.context.setGlobalContextManager(contexts as unknown as api.ContextManager);
  api.propagation.setGlobalPropagator(propagator);
}

function flushAtExit(pipeline: ConsolePipeline): void {
  let flushed = false;
  watchEnd({
    hasPending: () => !flushed,
    async flushAtExit() {
      flushed = true;
      await within(EXIT_TIMEOUT_MS, pipeline.flush());
    },
  });
}
