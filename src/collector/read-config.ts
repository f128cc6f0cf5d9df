import type {
  ComponentConfig,
  ConfiguredConnector,
  ConfiguredExporter,
  ConfiguredExtension,
  ConfiguredProcessor,
  ConfiguredReceiver,
  KnownComponents,
} from './component.ts';
import { COMPONENTS } from './components.ts';
import { checkComponents } from './config/check-components.ts';
import { checkConnectors } from './config/check-connectors.ts';
import type { MapNode } from './config/config-node.ts';
import type { Variables } from './config/expand-environment.ts';
import { Problems } from './config/problems.ts';
import { type Defined, type LoadedComponents, loadComponents, section } from './config/read-components.ts';
import { type KnownIds, type PipelineConfig, pipelines, references } from './config/read-pipelines.ts';
import { type ConfigSource, nameOfSource, readSources } from './config/read-sources.ts';
import { anything, asMap, mapping, optional, required } from './config/shape.ts';
import { DEFAULT_TELEMETRY, type TelemetrySettings, telemetryShape } from './telemetry/telemetry-shape.ts';

/** A configuration that has been checked as a whole: everything that it names exists. */
export interface CollectorConfig {
  readonly receivers: Defined<ComponentConfig>;
  readonly processors: Defined<ComponentConfig>;
  readonly exporters: Defined<ComponentConfig>;
  /** Pipelines name them as exporters, and others as receivers. */
  readonly connectors: Defined<ComponentConfig>;
  readonly extensions: Defined<ComponentConfig>;
  readonly service: {
    /** The extensions that run. */
    readonly extensions: readonly string[];
    readonly pipelines: readonly PipelineConfig[];
    /** What the collector tells of itself, checked, by the keys of the OpenTelemetry Collector. */
    readonly telemetry: unknown;
  };
  /** What is no error and still worth a line: variables that are not set, and what is left out. */
  readonly warnings: readonly string[];
}

/** A configuration whose components can be made. */
export interface RunnableConfig extends CollectorConfig {
  readonly receivers: Defined<ConfiguredReceiver>;
  readonly processors: Defined<ConfiguredProcessor>;
  readonly exporters: Defined<ConfiguredExporter>;
  readonly connectors: Defined<ConfiguredConnector>;
  readonly extensions: Defined<ConfiguredExtension>;
  readonly service: Omit<CollectorConfig['service'], 'telemetry'> & { readonly telemetry: TelemetrySettings };
}

/** What a configuration is read with. */
export interface ReadOptions {
  /** The components that it may name. Default: all of this engine. */
  readonly components?: KnownComponents;
  /** Exporters that the caller brings, by component id. */
  readonly extraExporters?: readonly string[];
  /** Default `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads and checks a configuration in the OpenTelemetry Collector's own grammar.
 * @param config - the path of a YAML file (or `env:NAME`, `yaml:TEXT`), the same as an object, or several of these: they are
 *   merged in their order, maps deeply and lists replaced
 * @throws OtelEventsError `COLLECTOR_CONFIG_INVALID` with one line for each problem, or
 *   `COLLECTOR_START_FAILED` if the file cannot be read
 */
export async function readConfig(
  config: string | object,
  options: ReadOptions = {},
): Promise<RunnableConfig> {
  const { components = COMPONENTS, extraExporters = [], environment = process.env } = options;
  const unset = new Set<string>();
  const variables: Variables = { values: environment, onUnset: (name) => unset.add(name) };
  const problems = new Problems();
  const sources: readonly ConfigSource[] = Array.isArray(config) ? config : [config];
  const node = await readSources(sources, variables, problems);
  const root = node === undefined ? undefined : asMap(node, '', problems);
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const loaded = root && (await loadComponents(root, components));
  const checked = root && loaded && readRoot(root, loaded, extraExporters, problems, warn);
  const gaps = [...unset].map((name) => `environment variable ${name} is not set; it is taken as empty`);
  problems.throwIfAny(sources.map(nameOfSource).join(', '), gaps);
  return { ...(checked as Omit<RunnableConfig, 'warnings'>), warnings: [...warnings, ...gaps] };
}

function readRoot(
  node: MapNode,
  known: LoadedComponents,
  extraExporters: readonly string[],
  problems: Problems,
  warn: (message: string) => void,
): Omit<RunnableConfig, 'warnings'> {
  const components = mapping({
    receivers: required(section('receivers', known.receivers)),
    exporters: optional(section('exporters', known.exporters), new Map()),
    extensions: optional(section('extensions', known.extensions), new Map()),
    processors: optional(section('processors', known.processors), new Map()),
    connectors: optional(section('connectors', known.connectors), new Map()),
    service: required(anything),
  }).read(node, '', problems);
  for (const id of extraExporters) {
    if (components.exporters.has(id))
      problems.add(undefined, `exporters.${id}`, 'is also given by the caller');
  }
  const connectors = idsIn(node, 'connectors');
  const ids = {
    receivers: [...idsIn(node, 'receivers'), ...connectors],
    processors: idsIn(node, 'processors'),
    exporters: [...idsIn(node, 'exporters'), ...connectors, ...extraExporters],
    extensions: idsIn(node, 'extensions'),
  };
  const service = readService(node, ids, problems, warn);
  checkComponents(components, service, node, problems);
  checkConnectors(components.connectors, service.pipelines, node, problems);
  return {
    receivers: components.receivers,
    processors: components.processors,
    exporters: components.exporters,
    connectors: components.connectors,
    extensions: components.extensions,
    service,
  };
}

/** The ids that a section defines, wrong components included: one problem each is enough. */
function idsIn(node: MapNode, section: string): string[] {
  const entry = node.entries.get(section)?.node;
  return entry?.kind === 'map' ? [...entry.entries.keys()] : [];
}

function readService(
  node: MapNode,
  known: KnownIds,
  problems: Problems,
  warn: (message: string) => void,
): RunnableConfig['service'] {
  const service = node.entries.get('service')?.node;
  if (service === undefined) return { extensions: [], pipelines: [], telemetry: DEFAULT_TELEMETRY };
  const shape = mapping({
    extensions: optional(references('extension', known.extensions, 0), []),
    pipelines: required(pipelines(known, warn)),
    telemetry: optional(telemetryShape(warn), DEFAULT_TELEMETRY),
  });
  // What is missing has been reported.
  const {
    extensions = [],
    pipelines: read = [],
    telemetry = DEFAULT_TELEMETRY,
  } = shape.read(service, 'service', problems);
  return { extensions, pipelines: read, telemetry };
}
