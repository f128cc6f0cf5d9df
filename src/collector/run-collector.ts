import { OtelEventsError } from '../errors.ts';
import { isDeepStrictEqual } from '../node-util.ts';
import { type Checks, checkOptions, fn, invalidOption, isMap, mapOfChecked } from '../options.ts';
import type { Consume } from '../otlp/wire/batch.ts';
import type { KnownComponents } from './component.ts';
import { type ProcessorStats, processorStats } from './counts/processor-stats.ts';
import { Tally } from './counts/tally.ts';
import { Graph } from './graph.ts';
import type { ReceiverStats } from './intake.ts';
import type { ExporterStats, Lane } from './lane.ts';
import type { Log } from './log.ts';
import type { Parts } from './part.ts';
import { type CollectorConfig, type RunnableConfig, readConfig } from './read-config.ts';
import { Retirement } from './retirement.ts';
import type { ServiceStatus } from './status-page.ts';
import { sumOfExporters, sumOfReceivers } from './sum-stats.ts';
import type { Surroundings } from './surroundings.ts';
import { type OpenLog, openLog } from './telemetry/open-log.ts';
import type { OpenMetrics } from './telemetry/open-metrics.ts';
import { ownResource } from './telemetry/own-resource.ts';
import type { TelemetrySettings } from './telemetry/telemetry-shape.ts';
import type { StorageUse } from './tell-orphans.ts';

/** How to start a collector. */
export interface CollectorOptions {
  /**
   * The path of a YAML file in the OpenTelemetry Collector's grammar (or `env:NAME`, `yaml:TEXT`), the same as an object, or a
   * list of these, which are merged in their order.
   */
  readonly config: string | object;
  /** Exporters of your own, by component id: pipelines name them like any other. */
  readonly exporters?: Readonly<Record<string, Consume>>;
  /**
   * Takes the lines that the collector logs, without their line break, instead of `service.telemetry.logs.output_paths`.
   * Default: these, which are standard error unless set.
   */
  readonly write?: (line: string) => void;
}

/** A collector that runs. */
export interface Collector {
  /** Where the first receiver that listens does, such as `http://127.0.0.1:4318`; empty if none does. */
  readonly endpoint: string;
  /**
   * The URLs of all receivers, health checks and `prometheus` exporters, by component id. Of a receiver with two protocols it is that of HTTP,
   * and gRPC is at `otlp.protocols.grpc`. The collector's own metrics are at `service.telemetry.metrics`.
   */
  readonly endpoints: Readonly<Record<string, string>>;
  /** What runs, as checked. */
  readonly config: CollectorConfig;
  /**
   * Reads the configuration again, and runs what it says now. Components whose settings are the same stay as they are, with
   * their connections, queues and files; a queue in memory whose exporter goes or changes is delivered beside its successor.
   * Senders are not refused meanwhile. After a rejection all runs as before. Calls wait for each other.
   * @param config - another one from now on, in the forms that `startCollector` takes. Default: the same as before
   * @throws OtelEventsError `OPTION_INVALID`, `COLLECTOR_CONFIG_INVALID` with a line for each problem, or
   *   `COLLECTOR_START_FAILED` if a file or a port cannot be opened, or the collector has been stopped
   */
  reload(config?: CollectorOptions['config']): Promise<void>;
  /** Takes no more requests, finishes those under way, drains queues and closes files. Idempotent. Rejects with `OPTION_INVALID`. */
  stop(options?: StopOptions): Promise<void>;
  /** Counts of log records, spans and data points of metrics since the start, by component id. */
  stats(): CollectorStats;
}

/** A collector whose log others may write to: the command that runs it. */
export interface LoggingCollector extends Collector {
  readonly log: Log;
}

/** How a collector is stopped. */
export interface StopOptions {
  /** For requests under way and for queues, each. Default 5,000. */
  readonly timeoutMs?: number;
}

/** Counts since the start, by the names of components. */
export interface CollectorStats {
  readonly receivers: Readonly<Record<string, ReceiverStats>>;
  /** Of all processors but `batch`. */
  readonly processors: Readonly<Record<string, ProcessorStats>>;
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
 * @param collectGarbage - where the process is the collector's alone
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`, `COLLECTOR_CONFIG_INVALID`, `COLLECTOR_START_FAILED`
 */
export async function runCollector(
  components: KnownComponents,
  options: CollectorOptions,
  collectGarbage?: () => void,
): Promise<LoggingCollector> {
  checkOptions(options, OPTIONS, PLACE);
  const { config: source, exporters = {}, write } = options;
  if (source === undefined) throw invalidOption('config', OPTIONS.config.wanted, source, PLACE);
  const read = (from: CollectorOptions['config']) =>
    readConfig(from, { components, extraExporters: Object.keys(exporters) });
  const config = await read(source);
  const running = new RunningCollector({ config, source, read, write, extra: exporters, collectGarbage });
  try {
    await running.start();
    return running;
  } catch (error) {
    await running.stop({ timeoutMs: 0 });
    throw error;
  }
}

/** What a collector begins with. */
interface Beginning extends Pick<Surroundings, 'extra' | 'collectGarbage'> {
  readonly write: ((line: string) => void) | undefined;
  readonly config: RunnableConfig;
  readonly source: CollectorOptions['config'];
  readonly read: (source: CollectorOptions['config']) => Promise<RunnableConfig>;
}

class RunningCollector implements LoggingCollector {
  readonly log: Log = (...line) => this.#output.log(...line);
  readonly #write: Beginning['write'];
  #instanceId: string | undefined;
  readonly #tally = new Tally();
  readonly #read: Beginning['read'];
  readonly #around: Surroundings;
  readonly #retirement: Retirement;
  readonly #toldOrphans = new Set<string>();
  #source: Beginning['source'];
  #output: OpenLog;
  #metrics: OpenMetrics | undefined;
  /** Whether the collector tells of itself as its configuration says. */
  #tells = true;
  #graph: Graph;
  /** What has been begun: one start or reload after the other. */
  #work: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor({ config, source, read, write, extra, collectGarbage }: Beginning) {
    this.#write = write;
    this.#read = read;
    this.#source = source;
    this.#output = this.#openLog(config);
    const { log } = this;
    this.#around = {
      log,
      write: (line) => this.#output.show(line),
      tally: this.#tally,
      extra,
      collectGarbage,
      status: () => this.#status(),
      isWell: () => ![...this.#lanes()].some(({ keeps, isUnwell }) => keeps && isUnwell),
      entries: new Map(),
      claimed: new Set(),
    };
    this.#retirement = new Retirement(log);
    this.#graph = new Graph(config, this.#around);
  }

  get config(): CollectorConfig {
    return this.#graph.config;
  }

  get endpoint(): string {
    const { receivers, endpoints } = this.#graph;
    const first = [...receivers.keys()].find((id) => endpoints[id] !== undefined);
    return endpoints[first ?? ''] ?? '';
  }

  get endpoints(): Readonly<Record<string, string>> {
    return { ...this.#graph.endpoints, ...this.#metrics?.endpoints };
  }

  async start(): Promise<void> {
    this.#warn(this.#graph.config);
    this.#metrics = await this.#openMetrics(this.#graph.config);
    await this.#graph.start();
    this.#warnOf(this.#graph);
  }

  reload(config = this.#source): Promise<void> {
    const reloaded = this.#work.then(() => this.#reload(config));
    this.#work = reloaded.catch(() => {});
    return reloaded;
  }

  stop(options: StopOptions = {}): Promise<void> {
    try {
      checkOptions(options, STOP, { caller: 'stop' });
    } catch (error) {
      return Promise.reject(error);
    }
    this.#stopped ??= this.#stop(options.timeoutMs ?? 5_000);
    return this.#stopped;
  }

  stats(): CollectorStats {
    const { receivers, lanes } = this.#graph;
    return {
      receivers: sums([...statsOf(receivers), ...this.#retirement.receivers()], sumOfReceivers),
      processors: processorStats(this.#tally),
      exporters: sums([...statsOf(lanes), ...this.#retirement.exporters()], sumOfExporters),
    };
  }

  async #reload(source: Beginning['source']): Promise<void> {
    if (!OPTIONS.config.accepts(source))
      throw invalidOption('config', OPTIONS.config.wanted, source, { caller: 'reload' });
    if (this.#stopped !== undefined)
      throw new OtelEventsError('COLLECTOR_START_FAILED', 'the collector has been stopped');
    const config = await this.#read(source);
    const [before, after] = [this.#graph, new Graph(config, this.#around)];
    try {
      const { settled } = await after.start([before]);
      this.#graph = after;
      this.#retirement.add(after.goneFrom([before]), settled);
    } catch (error) {
      await this.#goBack(before, after);
      throw error;
    }
    this.#source = source;
    await this.#followTelemetry(before.config, config);
    this.#warn(config);
    this.#warnOf(after, before);
  }

  #openLog({ service: { telemetry } }: RunnableConfig): OpenLog {
    return openLog(telemetry, () => this.#resource(telemetry), this.#write);
  }

  /** Who it is, which most collectors are never asked: node:crypto takes 5 ms of CPU to load. */
  #resource({ resource }: TelemetrySettings): ReadonlyMap<string, string> {
    this.#instanceId ??= process.getBuiltinModule('node:crypto').randomUUID();
    return ownResource(resource, this.#instanceId);
  }

  async #openMetrics({ service: { telemetry } }: RunnableConfig): Promise<OpenMetrics | undefined> {
    const { metrics: settings } = telemetry;
    if (settings === undefined) return undefined;
    const { openMetrics } = await import('./telemetry/open-metrics.ts');
    const resource = this.#resource(telemetry);
    return openMetrics({ settings, tally: this.#tally, resource, log: this.log });
  }

  /** The rest runs by now: what cannot be opened is told, and not what a reload fails for. */
  async #followTelemetry(before: RunnableConfig, after: RunnableConfig): Promise<void> {
    if (this.#tells && isDeepStrictEqual(before.service.telemetry, after.service.telemetry)) return;
    this.#tells = false;
    try {
      const output = this.#openLog(after);
      this.#output.close();
      this.#output = output;
      await this.#metrics?.close();
      this.#metrics = undefined;
      this.#metrics = await this.#openMetrics(after);
      this.#tells = true;
    } catch (error) {
      this.log('error', 'the collector cannot tell of itself as configured', {
        error: (error as Error).message,
      });
    }
  }

  /** What has been closed for what could not be opened is opened again; all else has never stopped. */
  async #goBack(before: Graph, failed: Graph): Promise<void> {
    this.#graph = new Graph(before.config, this.#around);
    let settled: Promise<unknown> = Promise.resolve();
    try {
      ({ settled } = await this.#graph.start([before, failed]));
    } catch (error) {
      this.log('error', 'the configuration before does not run as a whole', {
        error: (error as Error).message,
      });
    }
    this.#retirement.add(this.#graph.goneFrom([before, failed]), settled);
  }

  #warn({ warnings }: CollectorConfig): void {
    for (const warning of warnings) this.log('warn', warning);
  }

  #warnOf(graph: Graph, before?: Graph): void {
    graph.warnOfLoss();
    const roots = new Set(graph.storages.map(({ root }) => root));
    // A storage that went may hold requests as well, and nobody uses it any more.
    const gone = (before?.storages ?? []).filter(({ root }) => !roots.has(root));
    const uses = [...graph.storages, ...gone.map(({ root }) => ({ root, directories: [] }))];
    if (uses.length > 0) void this.#tellOrphans(uses);
  }

  /** Never rejects. What reads queues is loaded where there are any. */
  async #tellOrphans(uses: readonly StorageUse[]): Promise<void> {
    const { tellOrphans } = await import('./tell-orphans.ts');
    await tellOrphans(uses, this.#toldOrphans, this.#around.log);
  }

  async #stop(timeoutMs: number): Promise<void> {
    await this.#work;
    await Promise.all([this.#graph.stop(timeoutMs), this.#retirement.stop(timeoutMs)]);
    await this.#metrics?.close();
    this.#output.close();
  }

  *#lanes(): Iterable<Lane> {
    for (const { running } of this.#graph.lanes.values()) yield running;
  }

  #status(): ServiceStatus {
    const { pipelines, extensions } = this.#graph.config.service;
    return { pipelines, extensions, ...this.stats() };
  }
}

function* statsOf<T>(parts: Parts<{ stats(): T }>): Iterable<readonly [string, T]> {
  for (const [id, { running }] of parts) yield [id, running.stats()];
}

function sums<T>(stats: Iterable<readonly [string, T]>, sum: (one: T, other: T) => T): Record<string, T> {
  const byId = new Map<string, T>();
  for (const [id, counts] of stats) {
    const before = byId.get(id);
    byId.set(id, before === undefined ? counts : sum(before, counts));
  }
  return Object.fromEntries(byId);
}
