import { readFile, stat } from 'node:fs/promises';
import { OtelEventsError } from '../../errors.ts';
import { checkExporters } from './check-exporters.ts';
import type { MapNode } from './config-node.ts';
import type { Variables } from './expand-environment.ts';
import { Problems } from './problems.ts';
import {
  connectors,
  type Defined,
  type ExporterConfig,
  type ExtensionConfig,
  exporters,
  extensions,
  processors,
  type ReceiverConfig,
  receivers,
} from './read-components.ts';
import { type KnownIds, type PipelineConfig, pipelines, references } from './read-pipelines.ts';
import { readValue } from './read-value.ts';
import { readYaml } from './read-yaml.ts';
import { anything, asMap, listed, mapping, optional, required, text } from './shape.ts';

export type LogLevel = (typeof LOG_LEVELS)[number];

/** A configuration that has been checked as a whole: everything that it names exists. */
export interface CollectorConfig {
  readonly receivers: Defined<ReceiverConfig>;
  readonly exporters: Defined<ExporterConfig>;
  readonly extensions: Defined<ExtensionConfig>;
  readonly service: {
    /** The extensions that run. */
    readonly extensions: readonly string[];
    readonly pipelines: readonly PipelineConfig[];
    readonly logLevel: LogLevel;
  };
  /** What is no error and still worth a line: variables that are not set. */
  readonly warnings: readonly string[];
}

/** What a configuration is read with. */
export interface ReadOptions {
  /** Exporters that the caller brings, by component id. */
  readonly extraExporters?: readonly string[];
  /** Default `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** A configuration is short; more than this is some other file. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads and checks a configuration in the OpenTelemetry Collector's own grammar.
 * @param config - the path of a YAML file, or the same as an object
 * @throws OtelEventsError `COLLECTOR_CONFIG_INVALID` with one line for each problem, or
 *   `COLLECTOR_START_FAILED` if the file cannot be read
 */
export async function readConfig(
  config: string | object,
  options: ReadOptions = {},
): Promise<CollectorConfig> {
  const { extraExporters = [], environment = process.env } = options;
  const unset = new Set<string>();
  const variables: Variables = { values: environment, onUnset: (name) => unset.add(name) };
  const problems = new Problems();
  const isFile = typeof config === 'string';
  const node = isFile
    ? readYaml(await readText(config), variables, problems)
    : readValue(config, { at: undefined, path: '', parents: [], variables, problems });
  const root = node === undefined ? undefined : asMap(node, '', problems);
  const checked = root === undefined ? undefined : readRoot(root, extraExporters, problems);
  problems.throwIfAny(isFile ? config : 'config');
  const warnings = [...unset].map((name) => `environment variable ${name} is not set; it is taken as empty`);
  return { ...(checked as Omit<CollectorConfig, 'warnings'>), warnings };
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES) throw new Error(`${size} bytes is too long for a configuration`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      throw new OtelEventsError('COLLECTOR_CONFIG_INVALID', `${file}: not text in UTF-8`, { cause });
    }
    throw new OtelEventsError('COLLECTOR_START_FAILED', `cannot read ${file}: ${code ?? message}`, { cause });
  }
}

const logLevel = text(listed(LOG_LEVELS), (given) =>
  LOG_LEVELS.find((level) => level === given.toLowerCase()),
);

const logs = mapping({ level: optional(logLevel, 'info') }, [
  'development',
  'disable_caller',
  'disable_stacktrace',
  'encoding',
  'error_output_paths',
  'initial_fields',
  'output_paths',
  'processors',
  'sampling',
]);

const telemetry = mapping({
  logs: optional(logs),
  // About the other engine's own metrics and traces; this one has none to be set up.
  metrics: optional(anything),
  traces: optional(anything),
  resource: optional(anything),
});

function readRoot(
  node: MapNode,
  extraExporters: readonly string[],
  problems: Problems,
): Omit<CollectorConfig, 'warnings'> {
  const components = mapping({
    receivers: required(receivers),
    exporters: optional(exporters, new Map()),
    extensions: optional(extensions, new Map()),
    processors: optional(processors),
    connectors: optional(connectors),
    service: required(anything),
  }).read(node, '', problems);
  for (const id of extraExporters) {
    if (components.exporters.has(id))
      problems.add(undefined, `exporters.${id}`, 'is also given by the caller');
  }
  const known = {
    receivers: idsIn(node, 'receivers'),
    exporters: [...idsIn(node, 'exporters'), ...extraExporters],
    extensions: idsIn(node, 'extensions'),
  };
  const service = readService(node, known, problems);
  checkExporters(components.exporters, service.pipelines, node, problems);
  return {
    receivers: components.receivers,
    exporters: components.exporters,
    extensions: components.extensions,
    service,
  };
}

/** The ids that a section defines, wrong components included: one problem each is enough. */
function idsIn(node: MapNode, section: string): string[] {
  const entry = node.entries.get(section)?.node;
  return entry?.kind === 'map' ? [...entry.entries.keys()] : [];
}

function readService(node: MapNode, known: KnownIds, problems: Problems): CollectorConfig['service'] {
  const service = node.entries.get('service')?.node;
  if (service === undefined) return { extensions: [], pipelines: [], logLevel: 'info' };
  const shape = mapping({
    extensions: optional(references('extension', known.extensions, 0), []),
    pipelines: required(pipelines(known)),
    telemetry: optional(telemetry),
  });
  const { extensions, pipelines: read, telemetry: about } = shape.read(service, 'service', problems);
  return { extensions, pipelines: read, logLevel: about?.logs?.level ?? 'info' };
}
