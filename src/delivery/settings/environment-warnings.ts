import { OtelEventsError } from '../../errors.ts';
import { GRPC_PORT } from '../../otlp/http/grpc-port.ts';
import { resourceVariable } from './resource-variable.ts';
import { count, text } from './variable-text.ts';

const HTTP_FIX = 'this library speaks OTLP over HTTP: use port 4318 and protocol http/protobuf or http/json';

/** What `OTEL_LOGS_EXPORTER` and `OTEL_TRACES_EXPORTER` may say. */
export const EXPORTERS: ReadonlySet<string> = new Set(['otlp', 'console', 'none']);

const SAMPLERS = ['always_on', 'always_off', 'traceidratio'].flatMap((name) => [name, `parentbased_${name}`]);

const LIMITS = ['', 'LOGRECORD_', 'SPAN_'].flatMap((kind) => [
  `OTEL_${kind}ATTRIBUTE_COUNT_LIMIT`,
  `OTEL_${kind}ATTRIBUTE_VALUE_LENGTH_LIMIT`,
]);
const SIZES = ['BLRP', 'BSP'].flatMap((processor) =>
  ['SCHEDULE_DELAY', 'MAX_EXPORT_BATCH_SIZE', 'MAX_QUEUE_SIZE'].map((what) => `OTEL_${processor}_${what}`),
);
const NUMBERS = [...LIMITS, ...SIZES, 'OTEL_SPAN_EVENT_COUNT_LIMIT', 'OTEL_SPAN_LINK_COUNT_LIMIT'];

/**
 * What variables ask for and does not count here, one error each: nothing is ignored in silence.
 * @see OpenTelemetry specification, "configuration/common"
 */
export function environmentWarnings(env: NodeJS.ProcessEnv): OtelEventsError[] {
  return [
    ...unsupportedProtocols(env),
    ...unsupportedPorts(env),
    ...unsupportedFile(env),
    ...unsupportedExporters(env),
    ...unusableNumbers(env),
    ...unusableSampler(env),
    ...unusableFlag(env),
    ...unusableLevel(env),
    ...unusableResource(env),
  ];
}

/** The names in a list of exporters, in lower case. */
export function exporterNames(
  env: NodeJS.ProcessEnv,
  variable: string,
): readonly ('otlp' | 'console' | 'none')[] {
  const names = (text(env, variable) ?? '').split(',').map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== '') as ('otlp' | 'console' | 'none')[];
}

/** The warning for an OTLP endpoint that is one of gRPC, by its port; undefined if it is fine. */
export function grpcPortWarning(source: string, endpoint: string): OtelEventsError | undefined {
  if (!URL.canParse(endpoint) || new URL(endpoint).port !== GRPC_PORT) return undefined;
  return unsupported(`${source} points at port 4317, where collectors listen for OTLP over gRPC`);
}

/** A variable asks for something that there is not here. */
export function unsupported(message: string, fix = HTTP_FIX): OtelEventsError {
  return new OtelEventsError('ENVIRONMENT_UNSUPPORTED', message, { fix });
}

function unsupportedProtocols(env: NodeJS.ProcessEnv): OtelEventsError[] {
  const names = ['', 'LOGS_', 'TRACES_'].map((signal) => `OTEL_EXPORTER_OTLP_${signal}PROTOCOL`);
  return names
    .filter((name) => !['http/protobuf', 'http/json', undefined].includes(text(env, name)))
    .map((name) => unsupported(`${name} asks for ${text(env, name)}`));
}

function unsupportedPorts(env: NodeJS.ProcessEnv): OtelEventsError[] {
  const names = ['', 'LOGS_', 'TRACES_'].map((signal) => `OTEL_EXPORTER_OTLP_${signal}ENDPOINT`);
  return names
    .map((name) => grpcPortWarning(name, text(env, name) ?? ''))
    .filter((warning) => warning !== undefined);
}

function unsupportedFile(env: NodeJS.ProcessEnv): OtelEventsError[] {
  if (text(env, 'OTEL_CONFIG_FILE') === undefined) return [];
  const fix = 'set the options of EventLogger or the other OTEL_* variables';
  return [unsupported('OTEL_CONFIG_FILE is set, and declarative configuration is not read here', fix)];
}

function unsupportedExporters(env: NodeJS.ProcessEnv): OtelEventsError[] {
  return ['OTEL_LOGS_EXPORTER', 'OTEL_TRACES_EXPORTER'].flatMap((variable) => {
    const names = exporterNames(env, variable);
    const used = names.find((name) => EXPORTERS.has(name)) ?? 'otlp';
    const others = names.filter((name) => name !== used);
    if (others.length === 0) return [];
    const fix = `supported is one of ${[...EXPORTERS].join(', ')}; the option exporters adds others for events`;
    return [unsupported(`${variable} asks for ${others.join(', ')}: ${used} is used`, fix)];
  });
}

function unusableNumbers(env: NodeJS.ProcessEnv): OtelEventsError[] {
  return NUMBERS.filter((name) => text(env, name) !== undefined && count(env, name) === undefined).map(
    (name) =>
      unsupported(`${name} asks for ${text(env, name)}: it is ignored`, 'wanted is a whole number above 0'),
  );
}

function unusableSampler(env: NodeJS.ProcessEnv): OtelEventsError[] {
  const [name, argument] = [text(env, 'OTEL_TRACES_SAMPLER'), text(env, 'OTEL_TRACES_SAMPLER_ARG')];
  const isRatio = name?.endsWith('traceidratio') === true;
  const ratio = Number(argument ?? 1);
  const wanted = `supported are ${SAMPLERS.join(', ')}`;
  return [
    ...(name === undefined || SAMPLERS.includes(name)
      ? []
      : [unsupported(`OTEL_TRACES_SAMPLER asks for ${name}: parentbased_always_on is used`, wanted)]),
    ...(isRatio && !(ratio >= 0 && ratio <= 1)
      ? [
          unsupported(
            `OTEL_TRACES_SAMPLER_ARG asks for ${argument}: 1 is used`,
            'wanted is a number from 0 to 1',
          ),
        ]
      : []),
  ];
}

/** @see OpenTelemetry specification, "configuration/common", "Boolean": only `true` is true */
function unusableFlag(env: NodeJS.ProcessEnv): OtelEventsError[] {
  const value = text(env, 'OTEL_SDK_DISABLED');
  if (value === undefined || ['true', 'false'].includes(value.toLowerCase())) return [];
  return [unsupported(`OTEL_SDK_DISABLED is ${value}: nothing is disabled`, 'only true disables')];
}

/** @see OpenTelemetry JS, `DiagLogLevel` */
const LEVELS = ['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all'];

function unusableLevel(env: NodeJS.ProcessEnv): OtelEventsError[] {
  const level = text(env, 'OTEL_LOG_LEVEL');
  if (level === undefined || LEVELS.includes(level.toLowerCase())) return [];
  return [
    unsupported(`OTEL_LOG_LEVEL asks for ${level}: warn is used`, `wanted is one of ${LEVELS.join(', ')}`),
  ];
}

/** By number: what stands there can be a secret that went to the wrong place. */
function unusableResource(env: NodeJS.ProcessEnv): OtelEventsError[] {
  const { malformed, undecoded } = resourceVariable(env);
  const fix = 'write key=value pairs with commas between them, other characters percent-encoded';
  const told = [
    { entries: malformed, what: 'left out: not key=value' },
    { entries: undecoded, what: 'taken as it stands: not percent-encoded as it should be' },
  ];
  return told
    .filter(({ entries }) => entries.length > 0)
    .map(({ entries, what }) =>
      unsupported(
        `OTEL_RESOURCE_ATTRIBUTES: ${entries.length === 1 ? 'entry' : 'entries'} ${entries.join(', ')} ${what}`,
        fix,
      ),
    );
}
