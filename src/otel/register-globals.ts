import * as api from '@opentelemetry/api';
import { OtelEventsError } from '../errors.ts';
import { within } from '../spool/within.ts';
import type { ExportReport } from './accounting-exporter.ts';
import { type ApiLoggerProvider, appApi } from './app-api.ts';
import { type OtelEnvironment, propagatorWarning, readEnvironment } from './environment.ts';
import { flushAtExit } from './exit-flush.ts';
import { loadSdk } from './load-sdk.ts';
import { resourceAttributes } from './resource/resource.ts';
import type { SdkLogs, SdkTraces } from './sdk.ts';
import { SCOPE } from './to-event-record.ts';

/** The bound of the queue of records; what does not fit is reported. */
const MAX_QUEUED = 131_072;

/** How long a naturally ending process waits for what is queued, in milliseconds. */
const EXIT_TIMEOUT_MS = 5000;

/**
 * Sets up the stock pipeline from `OTEL_*` variables and registers it globally, for each signal that has no
 * provider yet. The only place of this library that registers anything.
 */
export function registerGlobals(
  environment: NodeJS.ProcessEnv,
  report: (error: OtelEventsError) => void,
): void {
  const env = readEnvironment(environment);
  if (env.disabled) {
    const message = 'OTEL_SDK_DISABLED is true: nothing is registered';
    report(new OtelEventsError('SDK_DISABLED', message, { fix: 'unset the variable' }));
    return;
  }
  for (const warning of [...env.unsupported, propagatorWarning(environment)]) {
    if (warning !== undefined) report(warning);
  }
  const app = appApi();
  const once = oncePerOutage(report);
  const logs = app.logs === undefined ? registerLogs(environment, env, once) : undefined;
  const traces = app.traces === undefined ? registerTraces(environment, env, once) : undefined;
  if (app.contexts === undefined) registerContexts(env);
  if (logs !== undefined || traces !== undefined) flushOnExit(logs, traces);
}

function registerLogs(
  environment: NodeJS.ProcessEnv,
  env: OtelEnvironment,
  onReport: (report: ExportReport, what: string) => void,
): SdkLogs | undefined {
  if (env.logs.exporter === 'none') return undefined;
  const { delayMs = 1000, maxBatchSize = 512, maxQueueSize = MAX_QUEUED } = env.logs.batch;
  let queued = 0;
  const logs = loadSdk().startSdkLogs({
    ...signalOptions(environment, env),
    delayMs,
    maxBatchSize,
    scope: SCOPE,
    admit: () => {
      if (queued < maxQueueSize) return ++queued > 0;
      onReport({ refused: 1 }, 'log records: the queue is full, new ones are dropped');
      return false;
    },
    sizeOf: () => 1024,
    onExported: (records, result) => {
      queued -= records.length;
      onReport(result, 'log records');
    },
  });
  setGlobalLogs(logs.provider);
  return logs;
}

function registerTraces(
  environment: NodeJS.ProcessEnv,
  env: OtelEnvironment,
  onReport: (report: ExportReport, what: string) => void,
): SdkTraces | undefined {
  if (env.traces.exporter === 'none') return undefined;
  const { delayMs = 1000, maxBatchSize = 512 } = env.traces.batch;
  const traces = loadSdk().startSdkTraces({
    ...signalOptions(environment, env),
    delayMs,
    maxBatchSize,
    onExported: (_, result) => onReport(result, 'spans'),
  });
  api.trace.setGlobalTracerProvider(traces.provider as unknown as api.TracerProvider);
  return traces;
}

function registerContexts(env: OtelEnvironment): void {
  const { contexts, propagator } = loadSdk().globalParts(env);
  api.context.setGlobalContextManager(contexts as unknown as api.ContextManager);
  api.propagation.setGlobalPropagator(propagator);
}

function signalOptions(
  environment: NodeJS.ProcessEnv,
  env: OtelEnvironment,
): Pick<Parameters<ReturnType<typeof loadSdk>['startSdkLogs']>[0], 'resource' | 'url' | 'headers' | 'env'> {
  const options = {
    app: {},
    environment: undefined,
    attributes: {},
    identifyDevice: false,
    env: environment,
  };
  return { resource: () => resourceAttributes(options), url: undefined, headers: undefined, env };
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

function oncePerOutage(
  report: (error: OtelEventsError) => void,
): (result: ExportReport, what: string) => void {
  let failing = false;
  return ({ failure, refused }, what) => {
    const bad = failure !== undefined || refused > 0;
    if (bad && !failing) {
      const why = failure?.message ?? `${refused} refused`;
      const fix = 'check OTEL_EXPORTER_OTLP_ENDPOINT and the collector; this is said once per outage';
      report(new OtelEventsError('EXPORT_FAILED', `otlp: ${what} were not delivered (${why})`, { fix }));
    }
    failing = bad;
  };
}

function flushOnExit(logs: SdkLogs | undefined, traces: SdkTraces | undefined): void {
  let flushed = false;
  flushAtExit({
    hasPending: () => !flushed,
    async flushAtExit() {
      flushed = true;
      await within(EXIT_TIMEOUT_MS, Promise.all([logs?.flush(), traces?.flush()]));
    },
  });
}
