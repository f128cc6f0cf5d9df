import type { Consume, Signal } from '../otlp/wire/batch.ts';
import { batchingBefore } from './batching-before.ts';
import { Borrowed } from './borrowed.ts';
import type {
  ConfiguredConnector,
  ConfiguredProcessor,
  ConfiguredReceiver,
  Connector,
  Processor,
  RunningExtension,
  RunningReceiver,
} from './component.ts';
import type { PipelineConfig } from './config/read-pipelines.ts';
import { countedProcessor } from './counts/counted-processor.ts';
import { ExporterCounts } from './counts/exporter-counts.ts';
import { Drops } from './drops.ts';
import { entryAt, replayEntry } from './entry.ts';
import { handOver } from './hand-over.ts';
import { Lane } from './lane.ts';
import { keepsData, linkPipelines } from './link-pipelines.ts';
import { namedStep } from './named-step.ts';
import { Outage } from './outage.ts';
import { closing, keepable, type Part, partOf, partsGone } from './part.ts';
import { emittedTakers, entriesOf } from './pipeline.ts';
import type { RunnableConfig } from './read-config.ts';
import { receiversBefore } from './receivers-before.ts';
import type { Gone } from './retirement.ts';
import type { Surroundings } from './surroundings.ts';
import type { StorageUse } from './tell-orphans.ts';

/** For the requests under way at a receiver that goes. */
const RECEIVER_STOP_MS = 5_000;

/** The components of a configuration: made, or kept from those that ran before, and linked by its pipelines. */
export class Graph {
  readonly config: RunnableConfig;
  readonly extensions = new Map<string, Part<RunningExtension>>();
  readonly connectors = new Map<string, Part<Connector>>();
  readonly lanes = new Map<string, Part<Lane>>();
  readonly receivers = new Map<string, Part<RunningReceiver>>();
  readonly #processors = new Map<string, Part<Processor>>();
  readonly #around: Surroundings;

  constructor(config: RunnableConfig, around: Surroundings) {
    this.config = config;
    this.#around = around;
  }

  /** The URLs of those that listen, by component id. */
  get endpoints(): Record<string, string> {
    const urls: Record<string, string> = {};
    for (const parts of [this.lanes, this.extensions, this.receivers]) {
      for (const [id, part] of parts) {
        for (const [protocol, url] of Object.entries(part.urls)) {
          urls[urls[id] === undefined ? id : `${id}.protocols.${protocol}`] = url;
        }
      }
    }
    return urls;
  }

  /**
   * Makes what is new, keeps what is the same, and leads requests into its pipelines; from their end to their beginning:
   * what takes requests starts when all else is ready.
   * @param before - what runs; what of it is not kept here is left as it is, but for files and ports that change hands
   * @returns a promise for the end of the requests that went into the pipelines before
   * @throws OtelEventsError `COLLECTOR_START_FAILED`; what has been made is still to be closed then
   */
  async start(before: readonly Graph[] = []): Promise<{ readonly settled: Promise<unknown> }> {
    const { pipelines } = this.config.service;
    await this.#openExtensions(before);
    for (const pipeline of pipelines) await this.#openProcessors(pipeline, before);
    await this.#openConnectors(before);
    await this.#endReceivers(before);
    try {
      await this.#openLanes(before);
      const settled = this.#lead();
      await this.#startExtensions(before);
      await this.#startReceivers(before);
      for (const { running } of this.extensions.values()) running.setAvailable?.(true);
      return { settled };
    } finally {
      for (const entry of this.#around.entries.values()) entry.letGo();
    }
  }

  /** Where exporters keep their queues. */
  get storages(): StorageUse[] {
    return [...this.extensions.values()].flatMap(({ running: { storageRoot: root, storageFor } }) => {
      if (root === undefined || storageFor === undefined) return [];
      const users = [...this.lanes].filter(([, { uses }]) =>
        [...uses.values()].some(({ storageRoot }) => storageRoot === root),
      );
      return [{ root, directories: users.map(([id]) => storageFor(id).directory) }];
    });
  }

  /** The parts of others that are none here. */
  goneFrom(others: readonly Graph[]): Gone {
    return {
      lanes: partsGone(
        this.lanes,
        others.map(({ lanes }) => lanes),
      ),
      connectors: partsGone(
        this.connectors,
        others.map(({ connectors }) => connectors),
      ),
      extensions: partsGone(
        this.extensions,
        others.map(({ extensions }) => extensions),
      ),
      receivers: partsGone(
        this.receivers,
        others.map(({ receivers }) => receivers),
      ),
    };
  }

  /** Takes no more requests, finishes those under way, drains queues and closes files. */
  async stop(timeoutMs: number): Promise<void> {
    const [receivers, lanes, extensions] = [this.receivers, this.lanes, this.extensions];
    for (const { running } of extensions.values()) running.setAvailable?.(false);
    await Promise.all(
      [...receivers.values()].map((part) => closing(part, () => part.running.stop(timeoutMs))),
    );
    await Promise.all(
      [...this.connectors.values()].map((part) => closing(part, () => part.running.stop?.())),
    );
    await Promise.all([...lanes.values()].map((part) => closing(part, () => part.running.close(timeoutMs))));
    await Promise.all([...extensions.values()].map((part) => closing(part, () => part.running.stop?.())));
  }

  /** Senders let go of what is answered with 200: in such a pipeline nobody has it then. */
  warnOfLoss(): void {
    for (const pipeline of this.config.service.pipelines) {
      if (keepsData(pipeline, this.config, this.lanes)) continue;
      const { id, exporters } = pipeline;
      this.#around.log('warn', 'nothing is kept', { pipeline: id, exporters: exporters.join(', ') });
    }
  }

  /** Made before all else: exporters may keep their files with one. */
  async #openExtensions(before: readonly Graph[]): Promise<void> {
    const { isWell, log, status } = this.#around;
    const candidates = before.map(({ extensions }) => extensions);
    for (const id of this.config.service.extensions) {
      const configured = this.config.extensions.get(id);
      if (configured === undefined) continue;
      const kept = keepable(candidates, id, configured.said, this.extensions);
      this.extensions.set(
        id,
        kept ??
          (await namedStep(`extensions.${id}`, async () =>
            partOf(await configured.create({ id, isWell, log, status }), configured.said),
          )),
      );
    }
  }

  async #openProcessors(
    { id: pipeline, signal, processors }: PipelineConfig,
    before: readonly Graph[],
  ): Promise<void> {
    for (const id of processors) {
      const configured = this.config.processors.get(id) as ConfiguredProcessor;
      // Each pipeline has one of its own.
      const key = keyOf(pipeline, id);
      const candidates = before.map((graph) => graph.#processors);
      const kept = keepable(candidates, key, configured.said, this.extensions);
      const { log, collectGarbage, tally } = this.#around;
      this.#processors.set(
        key,
        kept ??
          (await namedStep(`processors.${id}`, async () => {
            const processor = await configured.create({ id, log, collectGarbage });
            const counted = countedProcessor(processor, { id, type: configured.type, signal }, tally);
            return partOf(counted, configured.said);
          })),
      );
    }
  }

  async #openConnectors(before: readonly Graph[]): Promise<void> {
    const candidates = before.map((graph) => graph.connectors);
    const { entries, log } = this.#around;
    for (const id of this.#ids('exporters', true)) {
      const configured = this.config.connectors.get(id) as ConfiguredConnector;
      // It stays when the pipelines behind it change: the entry leads to those of the day.
      const { send: emit } = entryAt(entries, id);
      this.connectors.set(
        id,
        keepable(candidates, id, configured.said, this.extensions) ??
          (await namedStep(`connectors.${id}`, async () =>
            partOf(await configured.create({ id, log, emit }), configured.said),
          )),
      );
    }
  }

  /** Those that stay first; then, if others have files or ports, these are closed before the new ones are opened. */
  async #openLanes(before: readonly Graph[]): Promise<void> {
    const candidates = before.map(({ lanes }) => lanes);
    const ids = this.#ids('exporters', false);
    const made: string[] = [];
    for (const id of ids) {
      const kept = keepable(candidates, id, this.#madeOf(id), this.extensions);
      if (kept === undefined) made.push(id);
      else this.lanes.set(id, kept);
    }
    if (made.length > 0) await this.#closeRivals(before);
    for (const id of made) this.lanes.set(id, await this.#openLane(id));
  }

  /** Nobody but who made them knows their files: so all go that neither stay nor can go on beside others. */
  async #closeRivals(before: readonly Graph[]): Promise<void> {
    const kept = new Set(this.lanes.values());
    const lanes = before
      .flatMap((graph) => [...graph.lanes.values()])
      .filter((part) => !kept.has(part) && !part.running.mayLinger && part.closed === undefined);
    if (lanes.length === 0) return;
    const { connectors } = this.goneFrom(before);
    await handOver({ entries: this.#around.entries, lanes, connectors });
  }

  async #openLane(id: string): Promise<Part<Lane>> {
    const { log, write, extra, claimed, tally, entries } = this.#around;
    const drops = new Drops(log, id);
    const counts = new ExporterCounts(tally, id);
    const borrowed = new Borrowed(this.extensions);
    const host = {
      id,
      log,
      write,
      drops,
      counts,
      isFirst: (thing: string) => {
        const isFirst = !claimed.has(thing);
        claimed.add(thing);
        return isFirst;
      },
      signals: this.#signalsOf(id),
      batching: (signal: Signal) => batchingBefore(id, signal, this.config),
      storage: (extension: string) => borrowed.storage(extension, id),
      credentials: borrowed.get('credentials'),
      replay: replayEntry(entries, id).send,
    };
    const configured = this.config.exporters.get(id);
    const exporter =
      configured === undefined
        ? { consume: extra[id] as Consume, close: async () => {} }
        : await namedStep(`exporters.${id}`, () => configured.create(host));
    counts.begin(this.#signalsOf(id), exporter.reserve !== undefined);
    const lane = new Lane(exporter, new Outage(log, 'export', id), drops, counts);
    const part = partOf(lane, this.#madeOf(id), borrowed.uses);
    if (exporter.endpoint !== undefined) part.urls = { http: exporter.endpoint };
    return part;
  }

  #signalsOf(exporter: string): ReadonlySet<PipelineConfig['signal']> {
    const fed = this.config.service.pipelines.filter(({ exporters }) => exporters.includes(exporter));
    return new Set(fed.map(({ signal }) => signal));
  }

  #madeOf(exporter: string): string {
    const { said = '' } = this.config.exporters.get(exporter) ?? {};
    const signals = [...this.#signalsOf(exporter)].sort();
    const batching = signals.map((signal) => batchingBefore(exporter, signal, this.config));
    return `${signals.join()} ${JSON.stringify(batching)} ${said}`;
  }

  /** @returns a promise for the end of the requests that went where they went before */
  #lead(): Promise<unknown> {
    const { entries } = this.#around;
    const pipelines = linkPipelines(this.config, {
      lanes: this.lanes,
      connectors: this.connectors,
      processor: (pipeline, id) => (this.#processors.get(keyOf(pipeline, id)) as Part<Processor>).running,
    });
    const ids = [...this.#ids('receivers', false), ...this.#ids('receivers', true)];
    // A receiver that goes finishes what it has begun where it has always gone.
    const led = ids.map((id) =>
      entryAt(entries, id).lead(entriesOf([id], pipelines), emittedTakers(id, pipelines)),
    );
    const replays = this.#ids('exporters', false).map((id) =>
      replayEntry(entries, id).lead(entriesOf(receiversBefore(id, this.config), pipelines)),
    );
    return Promise.all([...led, ...replays]);
  }

  /** What pipelines name at an end of theirs: the connectors among these, or the others. */
  #ids(end: 'receivers' | 'exporters', areConnectors: boolean): readonly string[] {
    const named = this.config.service.pipelines.flatMap((pipeline) => pipeline[end]);
    return [...new Set(named)].filter((id) => this.config.connectors.has(id) === areConnectors);
  }

  async #startExtensions(before: readonly Graph[]): Promise<void> {
    const kept = new Set(this.extensions.values());
    const gone = before
      .flatMap(({ extensions }) => [...extensions.values()])
      .filter((part) => !kept.has(part));
    // Their ports may be wanted; what they did for others they go on doing.
    const listening = gone.filter(({ running }) => running.start !== undefined);
    await Promise.all(listening.map((part) => closing(part, () => part.running.stop?.())));
    const had = new Set(before.flatMap(({ extensions }) => [...extensions.values()]));
    for (const [id, part] of this.extensions) {
      if (had.has(part)) continue;
      await namedStep(`extensions.${id}`, async () => {
        const url = await part.running.start?.();
        if (url !== undefined) part.urls = { http: url };
      });
    }
  }

  /** Before requests are held: what is under way there is still to be taken. */
  async #endReceivers(before: readonly Graph[]): Promise<void> {
    for (const part of this.#receiversOf(before).going)
      if (part.running.endsFirst) await closing(part, () => part.running.stop(RECEIVER_STOP_MS));
  }

  #receiversOf(before: readonly Graph[]) {
    const candidates = before.map(({ receivers }) => receivers);
    const saidOf = (id: string): string => (this.config.receivers.get(id) as ConfiguredReceiver).said;
    const keptOf = (id: string) => keepable(candidates, id, saidOf(id), this.extensions);
    const kept = new Map(this.#ids('receivers', false).map((id) => [id, keptOf(id)]));
    const staying = new Set(kept.values());
    const going = candidates.flatMap((parts) => [...parts.values()]).filter((part) => !staying.has(part));
    return { kept, going };
  }

  async #startReceivers(before: readonly Graph[]): Promise<void> {
    const { kept, going } = this.#receiversOf(before);
    for (const [id, part] of kept) {
      if (part !== undefined) this.receivers.set(id, part);
      else await namedStep(`receivers.${id}`, () => this.#startReceiver(id, going));
    }
  }

  /** Those that go listen until another one needs their address: so nobody is refused who comes to one that stays. */
  async #startReceiver(id: string, going: readonly Part<RunningReceiver>[]): Promise<void> {
    const part = await this.#makeReceiver(id);
    try {
      part.urls = await part.running.start();
    } catch (error) {
      const listening = going.filter(({ closed }) => closed === undefined);
      if (listening.length === 0) throw error;
      // The addresses are free at once; what is under way there may take its time.
      for (const one of [part, ...listening]) void closing(one, () => one.running.stop(RECEIVER_STOP_MS));
      const again = await this.#makeReceiver(id);
      again.urls = await again.running.start();
    }
  }

  async #makeReceiver(id: string): Promise<Part<RunningReceiver>> {
    const borrowed = new Borrowed(this.extensions);
    const configured = this.config.receivers.get(id) as ConfiguredReceiver;
    const { log, tally, entries } = this.#around;
    const { consume, emittedTakers } = entryAt(entries, id);
    const host = {
      id,
      log,
      tally,
      consume,
      emittedTakers,
      authenticator: borrowed.get('authenticator'),
      // An exporter may have the same id.
      storage: (extension: string) => borrowed.storage(extension, `receivers/${id}`),
    };
    const part = partOf(await configured.create(host), configured.said, borrowed.uses);
    this.receivers.set(id, part);
    return part;
  }
}

/** A processor of a pipeline. */
function keyOf(pipeline: string, processor: string): string {
  return `${pipeline} ${processor}`;
}
