import type { OtelEventsError } from '../../errors.ts';
import { EXPORTERS, environmentWarnings, exporterNames, unsupported } from './environment-warnings.ts';
import { count, text } from './variable-text.ts';

/** The two wire formats of OTLP over HTTP. */
export type Protocol = 'http/protobuf' | 'http/json';

/** What `OTEL_*` variables say about one signal. */
export interface SignalEnvironment {
  readonly exporter: 'otlp' | 'console' | 'none';
  readonly protocol: Protocol;
  /** From `OTEL_BLRP_*` or `OTEL_BSP_*`; undefined where not set. */
  readonly batch: {
    readonly delayMs: number | undefined;
    readonly maxBatchSize: number | undefined;
    readonly maxQueueSize: number | undefined;
  };
  readonly maxAttributes: number | undefined;
  readonly maxValueLength: number | undefined;
}

/** What `OTEL_*` variables say; an empty variable counts as unset. */
export interface OtelEnvironment {
  readonly disabled: boolean;
  readonly logs: SignalEnvironment;
  readonly traces: SignalEnvironment;
  readonly sampler: string | undefined;
  readonly samplerArgument: string | undefined;
  readonly maxSpanEvents: number | undefined;
  readonly maxSpanLinks: number | undefined;
  /** Those of `OTEL_PROPAGATORS` that are supported; both by default. */
  readonly propagators: readonly ('tracecontext' | 'baggage')[];
  /** What was asked for and is not supported, one error each, to be reported as warnings. */
  readonly unsupported: readonly OtelEventsError[];
}

/**
 * Reads the variables that the exporters of the SDK do not read themselves; those read endpoints, headers,
 * time-outs, compression and certificates.
 * @see OpenTelemetry specification, "configuration/sdk-environment-variables"
 */
export function readEnvironment(env: NodeJS.ProcessEnv): OtelEnvironment {
  return {
    disabled: text(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true',
    logs: readSignal(env, 'LOGS', 'BLRP', 'LOGRECORD'),
    traces: readSignal(env, 'TRACES', 'BSP', 'SPAN'),
    sampler: text(env, 'OTEL_TRACES_SAMPLER'),
    samplerArgument: text(env, 'OTEL_TRACES_SAMPLER_ARG'),
    maxSpanEvents: count(env, 'OTEL_SPAN_EVENT_COUNT_LIMIT'),
    maxSpanLinks: count(env, 'OTEL_SPAN_LINK_COUNT_LIMIT'),
    propagators: PROPAGATORS.filter((name) => propagatorNames(env).includes(name)),
    unsupported: environmentWarnings(env),
  };
}

/** The warning for `OTEL_PROPAGATORS` that are not supported; undefined if all are. */
export function propagatorWarning(env: NodeJS.ProcessEnv): OtelEventsError | undefined {
  const known: readonly string[] = [...PROPAGATORS, 'none'];
  const unknown = propagatorNames(env).filter((name) => !known.includes(name));
  if (unknown.length === 0) return undefined;
  return unsupported(`OTEL_PROPAGATORS asks for ${unknown.join(', ')}`, `supported are ${known.join(', ')}`);
}

const PROPAGATORS = ['tracecontext', 'baggage'] as const;

function propagatorNames(env: NodeJS.ProcessEnv): string[] {
  const names = text(env, 'OTEL_PROPAGATORS') ?? PROPAGATORS.join();
  return names.split(',').map((name) => name.trim().toLowerCase());
}

/** The first that is known: there is one for each signal. */
function exporterOf(env: NodeJS.ProcessEnv, signal: string): SignalEnvironment['exporter'] {
  return exporterNames(env, `OTEL_${signal}_EXPORTER`).find((name) => EXPORTERS.has(name)) ?? 'otlp';
}

function readSignal(
  env: NodeJS.ProcessEnv,
  signal: string,
  processor: string,
  limits: string,
): SignalEnvironment {
  const protocol =
    text(env, `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`) ?? text(env, 'OTEL_EXPORTER_OTLP_PROTOCOL');
  return {
    exporter: exporterOf(env, signal),
    protocol: protocol === 'http/json' ? 'http/json' : 'http/protobuf',
    batch: {
      delayMs: count(env, `OTEL_${processor}_SCHEDULE_DELAY`),
      maxBatchSize: count(env, `OTEL_${processor}_MAX_EXPORT_BATCH_SIZE`),
      maxQueueSize: count(env, `OTEL_${processor}_MAX_QUEUE_SIZE`),
    },
    maxAttributes:
      count(env, `OTEL_${limits}_ATTRIBUTE_COUNT_LIMIT`) ?? count(env, 'OTEL_ATTRIBUTE_COUNT_LIMIT'),
    maxValueLength:
      count(env, `OTEL_${limits}_ATTRIBUTE_VALUE_LENGTH_LIMIT`) ??
      count(env, 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'),
  };
}
