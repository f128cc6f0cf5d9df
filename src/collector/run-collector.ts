import { OtelEventsError } from '../errors.ts';
import type { BatchExporter } from '../exporters/batch-exporter.ts';
import { type Checks, checkOptions, fn, invalidOption, isMap, mapOfChecked } from '../options.ts';
import type { Consume, Signal } from '../otlp/wire/batch.ts';
import type {
  ConfiguredProcessor,
  KnownComponents,
  Processor,
  RunningExtension,
  RunningReceiver,
} from './component.ts';
import type { PipelineConfig } from './config/read-pipelines.ts';
import { countedProcessor } from './counts/counted-processor.ts';
import { ExporterCounts } from './counts/exporter-counts.ts';
import { type ProcessorStats, processorStats } from './counts/processor-stats.ts';
import { Tally } from './counts/tally.ts';
import { Drops } from './drops.ts';
import type { ReceiverStats } from './intake.ts';
import { type ExporterStats, Lane } from './lane.ts';
import type { Log } from './log.ts';
import { Outage } from './outage.ts';
import { entriesOf, type Pipeline } from './pipeline.ts';
import type { QueueStorage } from './queue/request-queue.ts';
import { type CollectorConfig, type RunnableConfig, readConfig } from './read-config.ts';
import { type OpenLog, openLog } from './telemetry/open-log.ts';
import { type OpenMetrics, openMetrics } from './telemetry/open-metrics.ts';
import { ownResource } from './telemetry/own-resource.ts';

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
  /** Where the first receiver listens, such as `http://127.0.0.1:4318`. */
  readonly endpoint: string;
  /**
   * The URLs of all receivers, health checks and `prometheus` exporters, by component id. Of a receiver with two protocols it is that of HTTP,
   * and gRPC is at `otlp.protocols.grpc`. The collector's own metrics are at `service.telemetry.metrics`.
   */
  readonly endpoints: Readonly<Record<string, string>>;
  /** What it was started with, as checked. */
  readonly config: CollectorConfig;
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
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`, `COLLECTOR_CONFIG_INVALID`, `COLLECTOR_START_FAILED`
 */
export async function runCollector(
  components: KnownComponents,
  options: CollectorOptions,
): Promise<LoggingCollector> {
  checkOptions(options, OPTIONS, PLACE);
  const { config: source, exporters = {}, write } = options;
  if (source === undefined) throw invalidOption('config', OPTIONS.config.wanted, source, PLACE);
  const config = await readConfig(source, { components, extraExporters: Object.keys(exporters) });
  const { telemetry } = config.service;
  const resource = ownResource(telemetry.resource);
  const log = openLog(telemetry, resource, write);
  for (const warning of config.warnings) log.log('warn', warning);
  const running = new RunningCollector(config, resource, log);
  try {
    await running.start(exporters);
    return running;
  } catch (error) {
    await running.stop({ timeoutMs: 0 });
    throw error;
  }
}

class RunningCollector implements LoggingCollector {
  readonly config: RunnableConfig;
  /** The attributes of the collector itself. */
  readonly #resource: ReadonlyMap<string, string>;
  readonly #output: OpenLog;
  readonly #log: Log;
  readonly #lanes = new Map<string, Lane>();
  readonly #receivers = new Map<string, RunningReceiver>();
  #pipelines: readonly Pipeline[] = [];
  readonly #extensions = new Map<string, RunningExtension>();
  readonly #endpoints: Record<string, string> = {};
  readonly #tally = new Tally();
  #metrics: OpenMetrics | undefined;
  #stopped: Promise<void> | undefined;

  constructor(config: RunnableConfig, resource: ReadonlyMap<string, string>, output: OpenLog) {
    this.config = config;
    this.#resource = resource;
    this.#output = output;
    this.#log = output.log;
  }

  get log(): Log {
    return this.#log;
  }

  get endpoint(): string {
    const [first = ''] = this.#receivers.keys();
    return this.#endpoints[first] ?? '';
  }

  get endpoints(): Readonly<Record<string, string>> {
    return { ...this.#endpoints };
  }

  /** From the end of the pipelines to their beginning: what takes requests starts when all else is ready. */
  async start(extra: Readonly<Record<string, Consume>>): Promise<void> {
    const { pipelines } = this.config.service;
    await this.#openExtensions();
    await this.#openMetrics();
    for (const id of new Set(pipelines.flatMap(({ exporters }) => exporters))) {
      this.#lanes.set(id, await this.#openLane(id, extra));
    }
    this.#warnOfLoss();
    this.#pipelines = await Promise.all(pipelines.map((pipeline) => this.#openPipeline(pipeline)));
    await this.#startExtensions();
    for (const id of new Set(pipelines.flatMap(({ receivers }) => receivers))) await this.#startReceiver(id);
    for (const extension of this.#extensions.values()) extension.setAvailable?.(true);
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
    return {
      receivers: statsOf(this.#receivers),
      processors: processorStats(this.#tally),
      exporters: statsOf(this.#lanes),
    };
  }

  async #stop(timeoutMs: number): Promise<void> {
    for (const extension of this.#extensions.values()) extension.setAvailable?.(false);
    await Promise.all([...this.#receivers.values()].map((receiver) => receiver.stop(timeoutMs)));
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close(timeoutMs)));
    await Promise.all([...this.#extensions.values()].map((extension) => extension.stop?.()));
    await this.#metrics?.close();
    this.#output.close();
  }

  async #openMetrics(): Promise<void> {
    const { metrics: settings } = this.config.service.telemetry;
    const options = { settings, tally: this.#tally, resource: this.#resource, log: this.#log };
    this.#metrics = await this.#named('service.telemetry.metrics', () => openMetrics(options));
    for (const [at, url] of this.#metrics.urls.entries())
      this.#endpoints[`service.telemetry.metrics${at === 0 ? '' : `.readers[${at}]`}`] = url;
  }

  async #openLane(id: string, extra: Readonly<Record<string, Consume>>): Promise<Lane> {
    const drops = new Drops(this.#log, id);
    const counts = new ExporterCounts(this.#tally, id);
    const exporter = await this.#openExporter(id, extra[id], drops, counts);
    counts.begin(this.#signalsOf(id), exporter.reserve !== undefined);
    if (exporter.endpoint !== undefined) this.#endpoints[id] = exporter.endpoint;
    return new Lane(exporter, new Outage(this.#log, 'export', id), drops, counts);
  }

  /** The signals of the pipelines that name an exporter. */
  #signalsOf(exporter: string): ReadonlySet<Signal> {
    const fed = this.config.service.pipelines.filter(({ exporters }) => exporters.includes(exporter));
    return new Set(fed.map(({ signal }) => signal));
  }

  async #openExporter(
    id: string,
    consume: Consume | undefined,
    drops: Drops,
    counts: ExporterCounts,
  ): Promise<BatchExporter> {
    const configured = this.config.exporters.get(id);
    if (configured === undefined) return { consume: consume as Consume, close: async () => {} };
    const host = {
      id,
      log: this.#log,
      write: this.#output.show,
      drops,
      counts,
      signals: this.#signalsOf(id),
      storage: (extension: string) => this.#storageOf(extension, id),
      credentials: (extension: string) => this.#provided(extension, 'credentials'),
    };
    return this.#named(`exporters.${id}`, () => configured.create(host));
  }

  async #openPipeline({ signal, receivers, processors, exporters }: PipelineConfig): Promise<Pipeline> {
    const lanes = exporters.map((id) => this.#lanes.get(id) as Lane);
    return {
      signal,
      receivers,
      processors: await Promise.all(processors.map((id) => this.#openProcessor(id, signal))),
      lanes,
    };
  }

  async #openProcessor(id: string, signal: Signal): Promise<Processor> {
    const configured = this.config.processors.get(id) as ConfiguredProcessor;
    const processor = await this.#named(`processors.${id}`, () => configured.create({ id, log: this.#log }));
    return countedProcessor(processor, { id, type: configured.type, signal }, this.#tally);
  }

  /** Senders let go of what is answered with 200: in such a pipeline nobody has it then. */
  #warnOfLoss(): void {
    for (const { id, exporters } of this.config.service.pipelines) {
      if (exporters.some((exporter) => this.#lanes.get(exporter)?.keeps)) continue;
      this.#log('warn', 'nothing is kept', { pipeline: id, exporters: exporters.join(', ') });
    }
  }

  /** Made before all else: exporters may keep their files with one. */
  async #openExtensions(): Promise<void> {
    const { pipelines, extensions } = this.config.service;
    const status = () => ({ pipelines, extensions, ...this.stats() });
    const isWell = () => ![...this.#lanes.values()].some(({ keeps, isUnwell }) => keeps && isUnwell);
    for (const id of this.config.service.extensions) {
      await this.#named(`extensions.${id}`, async () => {
        const extension = await this.config.extensions
          .get(id)
          ?.create({ id, isWell, log: this.#log, status });
        if (extension !== undefined) this.#extensions.set(id, extension);
      });
    }
  }

  async #startExtensions(): Promise<void> {
    for (const [id, extension] of this.#extensions) {
      await this.#named(`extensions.${id}`, async () => {
        const url = await extension.start?.();
        if (url !== undefined) this.#endpoints[id] = url;
      });
    }
  }

  #storageOf(extension: string, component: string): QueueStorage {
    const running = this.#extensions.get(extension);
    // The check of the configuration has made sure that it does.
    if (running?.storageFor === undefined) throw new Error(`${extension} keeps no files`);
    return running.storageFor(component);
  }

  #provided<P extends 'credentials' | 'authenticator'>(
    extension: string,
    what: P,
  ): NonNullable<RunningExtension[P]> {
    const provided = this.#extensions.get(extension)?.[what];
    // The check of the configuration has made sure that it does.
    if (provided === undefined) throw new Error(`${extension} has no ${what}`);
    return provided;
  }

  async #startReceiver(id: string): Promise<void> {
    await this.#named(`receivers.${id}`, async () => {
      const host = {
        id,
        log: this.#log,
        tally: this.#tally,
        consume: entriesOf(id, this.#pipelines),
        authenticator: (extension: string) => this.#provided(extension, 'authenticator'),
      };
      const receiver = await this.config.receivers.get(id)?.create(host);
      if (receiver === undefined) return;
      this.#receivers.set(id, receiver);
      for (const [protocol, url] of Object.entries(await receiver.start())) {
        this.#endpoints[this.#endpoints[id] === undefined ? id : `${id}.protocols.${protocol}`] = url;
      }
    });
  }

  /** Runs a step of the start; an error says which component it was. */
  async #named<T>(component: string, step: () => T | Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (cause) {
      const message = `${component}: ${(cause as Error).message}`;
      throw new OtelEventsError('COLLECTOR_START_FAILED', message, { cause });
    }
  }
}

function statsOf<T>(parts: ReadonlyMap<string, { stats(): T }>): Record<string, T> {
  return Object.fromEntries([...parts].map(([id, part]) => [id, part.stats()]));
}
