import { OtelEventsError } from '../errors.ts';
import type { BatchExporter } from '../exporters/batch-exporter.ts';
import type { Consume } from '../otlp/wire/batch.ts';
import type { ConfiguredProcessor, Processor, RunningExtension, RunningReceiver } from './component.ts';
import type { PipelineConfig } from './config/read-pipelines.ts';
import { Drops } from './drops.ts';
import { Entry } from './entry.ts';
import { Lane } from './lane.ts';
import type { Log } from './log.ts';
import { Outage } from './outage.ts';
import { entriesOf, type Pipeline } from './pipeline.ts';
import type { QueueStorage } from './queue/request-queue.ts';
import type { RunnableConfig } from './read-config.ts';
import type { ServiceStatus } from './status-page.ts';

/** What components are given that is the collector's, whichever configuration they are of. */
export interface Surroundings {
  readonly log: Log;
  /** Takes the lines of exporters that show data. */
  readonly write: (line: string) => void;
  /** Exporters that the caller brings, by component id. */
  readonly extra: Readonly<Record<string, Consume>>;
  /** What runs, and its counts. */
  readonly status: () => ServiceStatus;
  /** Whether everything that has to own data can take it at the moment. */
  readonly isWell: () => boolean;
}

/** The components of a configuration: made, and linked by its pipelines. */
export class Graph {
  readonly config: RunnableConfig;
  readonly extensions = new Map<string, RunningExtension>();
  readonly lanes = new Map<string, Lane>();
  readonly receivers = new Map<string, RunningReceiver>();
  /** The URLs of those that listen, by component id. */
  readonly endpoints: Record<string, string> = {};
  readonly #around: Surroundings;
  #pipelines: readonly Pipeline[] = [];

  constructor(config: RunnableConfig, around: Surroundings) {
    this.config = config;
    this.#around = around;
  }

  /**
   * From the end of the pipelines to their beginning: what takes requests starts when all else is ready.
   * @throws OtelEventsError `COLLECTOR_START_FAILED`; what has been opened is still to be stopped then
   */
  async start(): Promise<void> {
    const { pipelines } = this.config.service;
    await this.#openExtensions();
    for (const id of new Set(pipelines.flatMap(({ exporters }) => exporters))) {
      this.lanes.set(id, await this.#openLane(id));
    }
    this.#warnOfLoss();
    this.#pipelines = await Promise.all(pipelines.map((pipeline) => this.#openPipeline(pipeline)));
    await this.#startExtensions();
    for (const id of new Set(pipelines.flatMap(({ receivers }) => receivers))) await this.#startReceiver(id);
    for (const extension of this.extensions.values()) extension.setAvailable?.(true);
  }

  /** Takes no more requests, finishes those under way, drains queues and closes files. */
  async stop(timeoutMs: number): Promise<void> {
    for (const extension of this.extensions.values()) extension.setAvailable?.(false);
    await Promise.all([...this.receivers.values()].map((receiver) => receiver.stop(timeoutMs)));
    await Promise.all([...this.lanes.values()].map((lane) => lane.close(timeoutMs)));
    await Promise.all([...this.extensions.values()].map((extension) => extension.stop?.()));
  }

  async #openLane(id: string): Promise<Lane> {
    const { log } = this.#around;
    const drops = new Drops(log, id);
    const exporter = await this.#openExporter(id, drops);
    if (exporter.endpoint !== undefined) this.endpoints[id] = exporter.endpoint;
    return new Lane(exporter, new Outage(log, 'export', id), drops);
  }

  async #openExporter(id: string, drops: Drops): Promise<BatchExporter> {
    const { log, write, extra } = this.#around;
    const configured = this.config.exporters.get(id);
    if (configured === undefined) return { consume: extra[id] as Consume, close: async () => {} };
    const fed = this.config.service.pipelines.filter((pipeline) => pipeline.exporters.includes(id));
    const host = {
      id,
      log,
      write,
      drops,
      signals: new Set(fed.map(({ signal }) => signal)),
      storage: (extension: string) => this.#storageOf(extension, id),
      credentials: (extension: string) => this.#provided(extension, 'credentials'),
    };
    return this.#named(`exporters.${id}`, () => configured.create(host));
  }

  async #openPipeline({ signal, receivers, processors, exporters }: PipelineConfig): Promise<Pipeline> {
    const lanes = exporters.map((id) => this.lanes.get(id) as Lane);
    return {
      signal,
      receivers,
      processors: await Promise.all(processors.map((id) => this.#openProcessor(id))),
      lanes,
    };
  }

  #openProcessor(id: string): Promise<Processor> {
    const configured = this.config.processors.get(id) as ConfiguredProcessor;
    return this.#named(`processors.${id}`, () => configured.create({ id, log: this.#around.log }));
  }

  /** Senders let go of what is answered with 200: in such a pipeline nobody has it then. */
  #warnOfLoss(): void {
    for (const { id, exporters } of this.config.service.pipelines) {
      if (exporters.some((exporter) => this.lanes.get(exporter)?.keeps)) continue;
      this.#around.log('warn', 'nothing is kept', { pipeline: id, exporters: exporters.join(', ') });
    }
  }

  /** Made before all else: exporters may keep their files with one. */
  async #openExtensions(): Promise<void> {
    const { isWell, log, status } = this.#around;
    for (const id of this.config.service.extensions) {
      await this.#named(`extensions.${id}`, async () => {
        const extension = await this.config.extensions.get(id)?.create({ id, isWell, log, status });
        if (extension !== undefined) this.extensions.set(id, extension);
      });
    }
  }

  async #startExtensions(): Promise<void> {
    for (const [id, extension] of this.extensions) {
      await this.#named(`extensions.${id}`, async () => {
        const url = await extension.start?.();
        if (url !== undefined) this.endpoints[id] = url;
      });
    }
  }

  #storageOf(extension: string, component: string): QueueStorage {
    const running = this.extensions.get(extension);
    // The check of the configuration has made sure that it does.
    if (running?.storageFor === undefined) throw new Error(`${extension} keeps no files`);
    return running.storageFor(component);
  }

  #provided<P extends 'credentials' | 'authenticator'>(
    extension: string,
    what: P,
  ): NonNullable<RunningExtension[P]> {
    const provided = this.extensions.get(extension)?.[what];
    // The check of the configuration has made sure that it does.
    if (provided === undefined) throw new Error(`${extension} has no ${what}`);
    return provided;
  }

  async #startReceiver(id: string): Promise<void> {
    await this.#named(`receivers.${id}`, async () => {
      const entry = new Entry();
      void entry.lead(entriesOf(id, this.#pipelines));
      const host = {
        id,
        log: this.#around.log,
        consume: entry.consume,
        authenticator: (extension: string) => this.#provided(extension, 'authenticator'),
      };
      const receiver = await this.config.receivers.get(id)?.create(host);
      if (receiver === undefined) return;
      this.receivers.set(id, receiver);
      for (const [protocol, url] of Object.entries(await receiver.start())) {
        this.endpoints[this.endpoints[id] === undefined ? id : `${id}.protocols.${protocol}`] = url;
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
