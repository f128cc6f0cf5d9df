import type { BatchExporter, EmittedTaker } from '../exporters/batch-exporter.ts';
import type { Consume, Signal } from '../otlp/wire/batch.ts';
import type { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import type { Authenticator, Credentials } from './auth/authenticator.ts';
import { saidBy } from './config/config-node.ts';
import { isNothing, type Shape } from './config/shape.ts';
import type { ExporterCounts } from './counts/exporter-counts.ts';
import type { Tally } from './counts/tally.ts';
import type { Drops } from './drops.ts';
import type { ReceiverStats } from './intake.ts';
import type { Log } from './log.ts';
import type { Batching } from './queue/batching.ts';
import type { QueueStorage } from './queue/request-queue.ts';
import type { ServiceStatus } from './status-page.ts';

/** A component as a configuration gives it: checked, and with every default. */
export interface ComponentConfig {
  /** The component's name of today, such as `otlp_http`. */
  readonly type: string;
  /** By the keys of the OpenTelemetry Collector; durations are in milliseconds. */
  readonly settings: unknown;
}

/** What an extension may do for other components: keep files for them, let requests in, show secrets. */
export type Provided = 'storage' | 'server_auth' | 'client_auth';

/** A kind of component that configurations may name: what its settings look like, and how one is made. */
export interface Component<Settings, Host, Running> {
  /** What configurations call it: `otlp_http`. */
  readonly type: string;
  readonly shape: Shape<Settings>;
  /** Finds what no single key shows: settings that do not go together, or not with the pipelines. */
  readonly check?: (settings: Settings, context: CheckContext) => void;
  /** Only of extensions: what others may ask one for. Default: nothing. */
  readonly provides?: (settings: Settings) => readonly Provided[];
  /** Only of processors: how the queues behind it are to join requests. */
  readonly batching?: (settings: Settings) => Batching;
  /** Only of connectors: which signal it makes of each that it takes. */
  readonly leads?: Leads;
  /** Only of connectors: it hands on what comes to it, so that who is behind it owns that. Default: it makes something else of it. */
  readonly handsOn?: boolean;
  /** Makes one; a rejection is a start that failed. */
  readonly create: (settings: Settings, host: Host) => Running | Promise<Running>;
}

/** The signal of the pipelines behind a connector, by that of the pipelines before it. */
export type Leads = Readonly<Partial<Record<Signal, Signal>>>;

/** What a component's settings are checked against. */
export interface CheckContext {
  /** The signals of the pipelines that name the component. */
  readonly signals: ReadonlySet<Signal>;
  /** Whether the configuration has something under a key, right or wrong: what is wrong is not missing as well. */
  readonly has: (key: string) => boolean;
  /** Reports a problem with a key. */
  readonly add: (key: string, message: string) => void;
  /** Claims what only one component may have, such as a file. @returns who has it already, such as `exporters.file` */
  readonly claim: (resource: string) => string | undefined;
  /** The ids of extensions that run and do something for others. */
  readonly providing: (what: Provided) => readonly string[];
}

/** What a receiver is given. */
export interface ReceiverHost {
  readonly id: string;
  readonly log: Log;
  /** Counts for the collector's own metrics. */
  readonly tally: Tally;
  /** Where the pipelines of each signal begin; a signal that no pipeline takes has none. */
  readonly consume: Readonly<Partial<Record<Signal, Consume>>>;
  /** Who is told, at the moment, what loggers have emitted whose records it takes. */
  readonly emittedTakers: () => readonly EmittedTaker[];
  /** Who lets requests in: the extension of that id. */
  readonly authenticator: (extension: string) => Authenticator;
  /** A place for its files, from an extension of that id. */
  readonly storage: (extension: string) => QueueStorage;
}

/** What a processor is given. */
export interface ProcessorHost {
  readonly id: string;
  readonly log: Log;
  /** Collects all garbage while everything waits; only in a process of the collector's own. */
  readonly collectGarbage?: (() => void) | undefined;
}

/** What an exporter is given. */
export interface ExporterHost {
  readonly id: string;
  readonly log: Log;
  /** Takes the lines of exporters that show data. */
  readonly write: (line: string) => void;
  /** Is told of what the exporter took and lost. */
  readonly drops: Drops;
  /** Counts for the collector's own metrics; what is refused when it is offered is counted by who offers it. */
  readonly counts: ExporterCounts;
  /** Claims a thing, such as a file, for the life of the collector. @returns whether nobody has done so before */
  readonly isFirst: (thing: string) => boolean;
  /** Of the pipelines that name it. */
  readonly signals: ReadonlySet<Signal>;
  /** How requests of a signal are to be joined, as pipelines that name it say. */
  readonly batching: (signal: Signal) => Batching | undefined;
  /** A place for its files, from an extension of that id. */
  readonly storage: (extension: string) => QueueStorage;
  /** What is shown to servers: that of the extension of that id. */
  readonly credentials: (extension: string) => Credentials;
  /**
   * Sends a request through the pipelines, as the receivers of those that name the exporter do: it comes to this exporter
   * and to all others that these receivers lead to. It resolves and rejects as for receivers.
   */
  readonly replay: Consume;
}

/** What a connector is given. */
export interface ConnectorHost {
  readonly id: string;
  readonly log: Log;
  /** Sends something of its own into the pipelines behind it; it resolves and rejects as for receivers. */
  readonly emit: Consume;
}

/** What an extension is given. */
export interface ExtensionHost {
  readonly id: string;
  /** Whether everything that has to own data can take it at the moment. */
  readonly isWell: () => boolean;
  readonly log: Log;
  /** What runs, and its counts. */
  readonly status: () => ServiceStatus;
}

/** A receiver that was made, and listens once it is started. */
export interface RunningReceiver {
  /** It keeps how far it has read: it ends before its successor begins, which would take the same once more. */
  readonly endsFirst?: boolean;
  /** @returns the URLs where it listens, by protocol (`http`, `grpc`); the first one is that of the component */
  start(): Promise<Readonly<Record<string, string>>>;
  /** Takes no more requests and waits for those under way, for at most `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
  stats(): ReceiverStats;
}

/** Changes requests on their way from receivers to exporters; each pipeline that names it has one of its own. */
export interface Processor {
  /**
   * The request is shared with other pipelines: what is changed is a new one, and the same one where nothing is.
   * @returns undefined when nothing is left
   * @throws OtelEventsError with `retry` if the sender has to come again
   */
  process(request: OtlpRequest): OtlpRequest | undefined | Promise<OtlpRequest | undefined>;
}

/** Ends pipelines and begins others. */
export interface Connector {
  /**
   * What the pipelines behind it get of a request at once; whoever sent that is answered when they have it. The request is
   * shared with others, as for processors.
   * @throws OtelEventsError with `retry` if the sender has to come again
   */
  pass?(request: OtlpRequest): OtlpRequest | undefined;
  /** Is told of a request when everything that has to own it does: what is refused comes again, and is told of then. */
  taken?(request: OtlpRequest): void;
  /** Sends what it has gathered. */
  stop?(): Promise<void>;
}

/** An extension that was made, and works once it is started. */
export interface RunningExtension {
  /** @returns the URL where it answers, if it does */
  start?(): Promise<string>;
  /** Is told when the collector takes data, and when it no longer does. */
  setAvailable?(available: boolean): void;
  /** Where these places are, each a directory in it. */
  readonly storageRoot?: string;
  /** A place for the files of a component, by the id of that; only of one that keeps files for others. */
  storageFor?(component: string): QueueStorage;
  /** Only of one that lets requests in. */
  readonly authenticator?: Authenticator;
  /** Only of one that shows secrets to servers. */
  readonly credentials?: Credentials;
  stop?(): Promise<void>;
}

export type ReceiverComponent<Settings> = Component<Settings, ReceiverHost, RunningReceiver>;
export type ProcessorComponent<Settings> = Component<Settings, ProcessorHost, Processor>;
export type ExporterComponent<Settings> = Component<Settings, ExporterHost, BatchExporter>;
export type ConnectorComponent<Settings> = Component<Settings, ConnectorHost, Connector> & {
  readonly leads: Leads;
};
export type ExtensionComponent<Settings> = Component<Settings, ExtensionHost, RunningExtension>;

/** A component that a configuration defines, ready to be made. */
export interface Configured<Host, Running> extends ComponentConfig {
  /** The settings as they are said: what is said in the same words is the same component. */
  readonly said: string;
  readonly check: (context: CheckContext) => void;
  readonly provides: readonly Provided[];
  readonly batching: Batching | undefined;
  readonly leads: Leads;
  readonly handsOn: boolean;
  readonly create: (host: Host) => Running | Promise<Running>;
}

export type ConfiguredReceiver = Configured<ReceiverHost, RunningReceiver>;
export type ConfiguredProcessor = Configured<ProcessorHost, Processor>;
export type ConfiguredExporter = Configured<ExporterHost, BatchExporter>;
export type ConfiguredConnector = Configured<ConnectorHost, Connector>;
export type ConfiguredExtension = Configured<ExtensionHost, RunningExtension>;

/** A kind of component whose settings only it knows the type of. */
export interface Known<Host, Running> {
  /** What configurations may call it: today's name, and those that the OpenTelemetry Collector had before, and still takes. */
  readonly types: readonly [today: string, ...old: string[]];
  /** Called when a configuration names it. */
  readonly load: () => Promise<Shape<Configured<Host, Running>>>;
}

/** The components that configurations may name, by section. */
export interface KnownComponents {
  readonly receivers: readonly Known<ReceiverHost, RunningReceiver>[];
  readonly processors: readonly Known<ProcessorHost, Processor>[];
  readonly exporters: readonly Known<ExporterHost, BatchExporter>[];
  readonly connectors: readonly Known<ConnectorHost, Connector>[];
  readonly extensions: readonly Known<ExtensionHost, RunningExtension>[];
}

/** A component by its names, which is loaded when a configuration uses one of them. */
export function known<Settings, Host, Running>(
  types: Known<Host, Running>['types'],
  load: () => Promise<Component<Settings, Host, Running>>,
): Known<Host, Running> {
  return { types, load: async () => configured(await load()) };
}

/** Puts a component's settings and what is made of them together, so that tables of components need not know their type. */
function configured<Settings, Host, Running>(
  component: Component<Settings, Host, Running>,
): Shape<Configured<Host, Running>> {
  const { type, shape, check = () => {}, provides = () => [], create } = component;
  const { leads = {}, handsOn = false, batching } = component;
  return {
    takesNothing: true,
    read: (node, path, problems) => {
      const settings = shape.read(node, path, problems);
      return {
        type,
        settings,
        said: saidBy(node),
        // What is no mapping has been reported, and has no settings.
        check: (context) => (node.kind === 'map' || isNothing(node) ? check(settings, context) : undefined),
        provides: provides(settings),
        batching: batching?.(settings),
        leads,
        handsOn,
        create: (host) => create(settings, host),
      };
    },
  };
}
