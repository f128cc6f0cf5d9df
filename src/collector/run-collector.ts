import { type Checks, checkOptions, fn, invalidOption, isMap, mapOfChecked } from '../options.ts';
import type { Consume } from '../otlp/wire/batch.ts';
import type { KnownComponents } from './component.ts';
import { Graph, type Surroundings } from './graph.ts';
import type { ReceiverStats } from './intake.ts';
import type { ExporterStats } from './lane.ts';
import { createLog } from './log.ts';
import type { Parts } from './part.ts';
import { type CollectorConfig, type RunnableConfig, readConfig } from './read-config.ts';
import type { ServiceStatus } from './status-page.ts';

/** How to start a collector. */
export interface CollectorOptions {
  /**
   * The path of a YAML file in the OpenTelemetry Collector's grammar (or `env:NAME`, `yaml:TEXT`), the same as an object, or a
   * list of these, which are merged in their order.
   */
  readonly config: string | object;
  /** Exporters of your own, by component id: pipelines name them like any other. */
  readonly exporters?: Readonly<Record<string, Consume>>;
  /** Takes the lines that the collector logs, without their line break. Default: standard error. */
  readonly write?: (line: string) => void;
}

/** A collector that runs. */
export interface Collector {
  /** Where the first receiver listens, such as `http://127.0.0.1:4318`. */
  readonly endpoint: string;
  /**
   * The URLs of all receivers, health checks and `prometheus` exporters, by component id. Of a receiver with two protocols it is that of HTTP,
   * and gRPC is at `otlp.protocols.grpc`.
   */
  readonly endpoints: Readonly<Record<string, string>>;
  /** What it was started with, as checked. */
  readonly config: CollectorConfig;
  /** Takes no more requests, finishes those under way, drains queues and closes files. Idempotent. Rejects with `OPTION_INVALID`. */
  stop(options?: StopOptions): Promise<void>;
  /** Counts of log records, spans and data points of metrics since the start, by component id. */
  stats(): CollectorStats;
}

/** How a collector is stopped. */
export interface StopOptions {
  /** For requests under way and for queues, each. Default 5,000. */
  readonly timeoutMs?: number;
}

/** Counts since the start, by the names of components. */
export interface CollectorStats {
  readonly receivers: Readonly<Record<string, ReceiverStats>>;
  readonly exporters: Readonly<Record<string, ExporterStats>>;
}

const PLACE = { caller: 'startCollector' };
const OPTIONS: Checks<CollectorOptions> = {
  config: {
    wanted: 'the path of a configuration, or one as an object',
    // A list of these, or of what follows --set, comes from the command.
    accepts: (value) => typeof value === 'string' || isMap(value) || Array.isArray(value),
  },
  exporters: mapOfChecked('an object of functions', fn),
  write: fn,
};
// Any time is one: those that are none are over at once.
const STOP: Checks<StopOptions> = { timeoutMs: { wanted: 'a number', accepts: () => true } };

/**
 * Runs a collector whose configuration may name these components.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`, `COLLECTOR_CONFIG_INVALID`, `COLLECTOR_START_FAILED`
 */
export async function runCollector(
  components: KnownComponents,
  options: CollectorOptions,
): Promise<Collector> {
  checkOptions(options, OPTIONS, PLACE);
  const { config: source, exporters = {}, write = writeToStderr } = options;
  if (source === undefined) throw invalidOption('config', OPTIONS.config.wanted, source, PLACE);
  const config = await readConfig(source, { components, extraExporters: Object.keys(exporters) });
  const log = createLog(config.service.logLevel, write);
  for (const warning of config.warnings) log('warn', warning);
  const running = new RunningCollector(config, { log, write, extra: exporters });
  try {
    await running.start();
    return running;
  } catch (error) {
    await running.stop({ timeoutMs: 0 });
    throw error;
  }
}

class RunningCollector implements Collector {
  readonly config: RunnableConfig;
  readonly #graph: Graph;
  #stopped: Promise<void> | undefined;

  constructor(config: RunnableConfig, given: Pick<Surroundings, 'log' | 'write' | 'extra'>) {
    this.config = config;
    this.#graph = new Graph(config, {
      ...given,
      status: () => this.#status(),
      isWell: () => ![...this.#graph.lanes.values()].some(({ running }) => running.keeps && running.isUnwell),
      entries: new Map(),
      claimed: new Set(),
    });
  }

  get endpoint(): string {
    const [first = ''] = this.#graph.receivers.keys();
    return this.#graph.endpoints[first] ?? '';
  }

  get endpoints(): Readonly<Record<string, string>> {
    return this.#graph.endpoints;
  }

  async start(): Promise<void> {
    await this.#graph.start();
    this.#graph.warnOfLoss();
  }

  stop(options: StopOptions = {}): Promise<void> {
    try {
      checkOptions(options, STOP, { caller: 'stop' });
    } catch (error) {
      return Promise.reject(error);
    }
    this.#stopped ??= this.#graph.stop(options.timeoutMs ?? 5_000);
    return this.#stopped;
  }

  stats(): CollectorStats {
    return { receivers: statsOf(this.#graph.receivers), exporters: statsOf(this.#graph.lanes) };
  }

  #status(): ServiceStatus {
    const { pipelines, extensions } = this.config.service;
    return { pipelines, extensions, ...this.stats() };
  }
}

function statsOf<T>(parts: Parts<{ stats(): T }>): Record<string, T> {
  return Object.fromEntries([...parts].map(([id, { running }]) => [id, running.stats()]));
}

function writeToStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
