import { resolveExporters } from '../delivery/exporters/resolve-exporters.ts';
import { Pipeline } from '../delivery/pipeline.ts';
import { absolutePaths } from '../delivery/settings/absolute-paths.ts';
import { readEnvironment } from '../delivery/settings/environment.ts';
import { DELIVERY_CHECKS, type DeliveryOptions } from '../delivery-options.ts';
import { OtelEventsError } from '../errors.ts';
import type { Exporter } from '../exporters/exporter.ts';
import { givenOf } from '../options.ts';
import { AppBridge } from '../otel/app-bridge.ts';
import type { Redaction } from '../redact/redact.ts';
import { requireBeside } from '../require-beside.ts';
import { setImmediate } from '../time.ts';
import { Sessions } from './context/sessions.ts';
import { Diagnostics, environmentLogLevel } from './diagnostics.ts';
import { Emitter } from './emitter.ts';
import { Failures } from './failures.ts';
import { Listeners } from './listeners.ts';
import type { EventLoggerOptions } from './options.ts';
import { Router, rootOf } from './router.ts';
import { Schemas } from './schemas.ts';
import type { Settings } from './settings.ts';

/** Puts together what a logger and its children log through. */
export function makeEmitter(options: EventLoggerOptions, settings: Settings): Emitter {
  const diagnostics = new Diagnostics({
    logger: options.diagnosticLogger,
    level: options.logLevel ?? environmentLogLevel(process.env),
    onError: options.onError,
  });
  const { exporters, to } = resolveExporters(options.exporters ?? [], settings);
  const { bridge, pipeline } = makePipeline(options, settings, exporters, diagnostics);
  const failures = new Failures(pipeline, diagnostics);
  const redact = redactOf(options, failures);
  const root = rootOf(options.processors ?? [], to, options.delivery !== 'none');
  const emitter = new Emitter({
    pipeline,
    tracer: () => bridge.tracer(),
    diagnostics,
    exitTimeoutMs: options.exitTimeoutMs ?? 5000,
    handleSignals: options.handleSignals,
    baggage: options.baggage ?? [],
    router: root && new Router(root, pipeline, failures),
    // Rules of their own: what listeners hear as well is counted once.
    schemas: schemasOf(options, failures, redactOf(options, failures)),
    redact,
    sessions: options.sessions && new Sessions(options.sessions, (cause) => storeFailed(diagnostics, cause)),
  });
  // In a turn of its own: an SDK that the app starts right after us is then found instead.
  setImmediate(() => emitter.warmUp()).unref();
  return emitter;
}

function makePipeline(
  options: EventLoggerOptions,
  { app }: Settings,
  exporters: readonly Exporter[],
  { report }: Diagnostics,
): { bridge: AppBridge; pipeline: Pipeline } {
  const { environment, resource = {}, identifyDevice = false } = options;
  const common = {
    ...givenOf<DeliveryOptions>(options, DELIVERY_CHECKS),
    env: readEnvironment(process.env),
    onError: report,
  };
  const bridge = new AppBridge({
    ...common,
    delivery: options.delivery ?? 'auto',
    loggerProvider: options.loggerProvider,
    tracerProvider: options.tracerProvider,
  });
  const pipeline = new Pipeline({
    ...common,
    bridge,
    resource: { app, environment, attributes: resource, identifyDevice, env: process.env },
    ...absolutePaths(options),
    exporters,
    reportEmitted: options.reportEmitted ?? true,
  });
  return { bridge, pipeline };
}

function storeFailed(diagnostics: Diagnostics, cause: unknown): void {
  diagnostics.once('session store', () => {
    const message = 'the store of the option sessions failed, sessions go on in memory; this is said once';
    return new OtelEventsError('SESSION_STORE_FAILED', message, { cause });
  });
}

/** Loaded only for those who have rules. */
function redactOf({ redact }: EventLoggerOptions, failures: Failures): Redaction | undefined {
  if (redact === undefined) return undefined;
  const file = '../redact/redact';
  const { compileRedact } = requireBeside<typeof import('../redact/redact.ts')>(import.meta, file);
  return compileRedact(redact, (cause) => failures.redact(cause));
}

function schemasOf(options: EventLoggerOptions, failures: Failures, redact: Redaction | undefined): Schemas {
  const listeners = new Listeners((kind, name, cause) => failures.add(kind, name, cause));
  const nothing = { session: {}, context: {}, message: undefined, failure: undefined };
  const schemas = new Schemas({
    allowed: options.allowedSchemas,
    onInvalid: options.onInvalid,
    listeners,
    redactHeard: (data) => (redact === undefined ? data : (redact({ data, ...nothing }).data ?? data)),
  });
  for (const schema of options.schemas ?? []) schemas.add(schema);
  return schemas;
}
