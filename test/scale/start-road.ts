import path from 'node:path';
import { freePort } from '../services/free-port.ts';
import type { KafkaSecurity } from '../services/kafka-properties.ts';
import { type Jaeger, startJaeger } from '../services/start-jaeger.ts';
import { type Broker, type Kafka, startKafka } from '../services/start-kafka.ts';
import { freePorts, type Otelcol, type OtelcolOptions, startOtelcol } from '../services/start-otelcol.ts';
import { startVictorialogs, type Victorialogs } from '../services/start-victorialogs.ts';
import type { Host, Hosts } from './host.ts';
import { type Part, startPart } from './part.ts';

export interface RoadOptions {
  readonly dir: string;
  readonly hosts: Hosts;
  readonly brokers: number;
  readonly gateways: number;
  /** Where an agent keeps its queue, by the number of its host. Default: below `dir`. */
  readonly agentDir?: (at: number) => string | undefined;
  /** For Java, of the brokers. */
  readonly java?: readonly string[];
  /** YAML over the configuration of the agents, and of the gateways. */
  readonly agentYaml?: string;
  readonly gatewayYaml?: string;
  readonly security?: RoadSecurity;
}

/** What makes the road a closed one. */
export interface RoadSecurity {
  readonly kafka: KafkaSecurity;
  /** Variables of `collector/secure/agent.yaml` and `gateway.yaml`. */
  readonly agent: Readonly<Record<string, string>>;
  readonly gateway: Readonly<Record<string, string>>;
  /** Flags of VictoriaLogs for a second port with TLS, on which the gateways reach it. */
  readonly storeFlags: (port: number) => readonly string[];
  /** YAML over the configuration of Jaeger. */
  readonly jaegerYaml: string;
}

/** The road past one machine: an agent on each host, Kafka, gateways, a store, Jaeger. */
export interface Road extends AsyncDisposable {
  readonly agents: readonly Part<Otelcol>[];
  readonly kafka: Kafka;
  readonly brokers: readonly Part<Broker>[];
  readonly gateways: readonly Part<Otelcol>[];
  readonly store: Part<Victorialogs>;
  readonly jaeger: Part<Jaeger>;
  /** Where the files of each gateway are. */
  readonly files: readonly string[];
  /** Where an app on a host sends to. */
  endpoint(at: number): string;
}

export const LOGS_TOPIC = 'otel-events-logs';
const SPANS_TOPIC = 'otel-events-spans';
/** The groups in which gateways read, by what they bring there. */
export const GROUPS = {
  files: 'otel-events-files',
  spanFiles: 'otel-events-span-files',
  store: 'otel-events-victorialogs',
  jaeger: 'otel-events-jaeger',
} as const;

const PARTITIONS = 6;
const collectorDir = path.join(import.meta.dirname, '../../collector');
const AGENT = [path.join(collectorDir, 'agent.yaml')];
const GATEWAY = [path.join(collectorDir, 'collector.yaml'), path.join(collectorDir, 'gateway.yaml')];
const SECURE_AGENT = path.join(collectorDir, 'secure/agent.yaml');
const SECURE_GATEWAY = path.join(collectorDir, 'secure/gateway.yaml');
const JAEGER = path.join(collectorDir, 'jaeger/config.yaml');

/** Starts all of it; it ends in the order of the events' way, so that nobody waits for who has gone. */
export async function startRoad(options: RoadOptions): Promise<Road> {
  const { dir, hosts, brokers: brokerCount, gateways: gatewayCount, java, security } = options;
  const storePort = await freePort();
  const storeFlags = security?.storeFlags(storePort) ?? [];
  const running: { stop(): Promise<void> }[] = [];
  const stopAll = async (): Promise<void> => {
    const failed: unknown[] = [];
    // What one of them leaves running would keep the tests from ending.
    for (const part of running.splice(0).reverse()) await part.stop().catch((error) => failed.push(error));
    if (failed.length > 0) throw failed[0];
  };
  const started = <T extends { stop(): Promise<void> }>(part: T): T => {
    running.push(part);
    return part;
  };
  try {
    const [kafka, store, jaeger] = await Promise.all([
      startKafka({
        dir: path.join(dir, 'kafka'),
        brokers: brokerCount,
        host: hosts.outside,
        ...(java === undefined ? {} : { java }),
        ...(security === undefined ? {} : { security: security.kafka }),
      }).then(started),
      startPart('VictoriaLogs', (last?: Victorialogs) => startStore(dir, storeFlags, last)).then(started),
      startPart('Jaeger', (last?: Jaeger) => startTraces(dir, security?.jaegerYaml, last)).then(started),
    ]);
    for (const topic of [LOGS_TOPIC, SPANS_TOPIC]) await kafka.createTopic(topic, PARTITIONS);

    const files = Array.from({ length: gatewayCount }, (_, at) => path.join(dir, `gateway${at + 1}`));
    const gatewayEnv = {
      OTEL_EVENTS_KAFKA: kafka.bootstrap,
      OTEL_EVENTS_VICTORIALOGS: store.server.url,
      OTEL_EVENTS_JAEGER_ENDPOINT: jaeger.server.endpoint,
      ...(security === undefined
        ? {}
        : {
            OTEL_EVENTS_VICTORIALOGS: `https://127.0.0.1:${storePort}`,
            OTEL_EVENTS_JAEGER_ENDPOINT: jaeger.server.endpoint.replace('http:', 'https:'),
            ...security.gateway,
          }),
    };
    const gatewayConfigs = security === undefined ? GATEWAY : [...GATEWAY, SECURE_GATEWAY];
    const gateways = await Promise.all(
      files.map(async (own, at) => {
        const collector = {
          dir: own,
          configs: gatewayConfigs,
          ...(options.gatewayYaml === undefined ? {} : { yaml: options.gatewayYaml }),
          env: gatewayEnv,
          ports: await freePorts(),
        };
        return started(await startPart(`gateway ${at + 1}`, () => startOtelcol(collector)));
      }),
    );
    const agents = await Promise.all(
      hosts.hosts.map(async (host, at) => {
        const own = options.agentDir?.(at) ?? path.join(dir, `agent${at + 1}`);
        const collector = await agentOptions(own, host, kafka.bootstrap, options);
        return started(await startPart(`agent ${at + 1}`, () => startOtelcol(collector)));
      }),
    );
    return {
      agents,
      kafka,
      brokers: kafka.brokers.map((broker, at) => brokerPart(`broker ${at + 1}`, broker)),
      gateways,
      store,
      jaeger,
      files,
      endpoint: (at) =>
        `${security === undefined ? 'http' : 'https'}://127.0.0.1:${agents[at]?.server.ports.http}`,
      [Symbol.asyncDispose]: stopAll,
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** What an agent is started with, on a host. */
export async function agentOptions(
  dir: string,
  host: Pick<Host, 'within' | 'address'>,
  bootstrap: string,
  { security, agentYaml }: Pick<RoadOptions, 'security' | 'agentYaml'>,
): Promise<OtelcolOptions> {
  const isAlone = host.within.length > 0;
  return {
    dir,
    configs: security === undefined ? AGENT : [...AGENT, SECURE_AGENT],
    ...(agentYaml === undefined ? {} : { yaml: agentYaml }),
    env: {
      OTEL_EVENTS_KAFKA: bootstrap,
      ...(isAlone ? { OTEL_EVENTS_HOST: '0.0.0.0' } : {}),
      ...security?.agent,
    },
    ports: await freePorts(),
    within: host.within,
    address: host.address,
    readyBy: security === undefined ? 'otlp' : 'health',
  };
}

function startStore(
  dir: string,
  flags: readonly string[],
  last: Victorialogs | undefined,
): Promise<Victorialogs> {
  const port = last === undefined ? {} : { port: last.port };
  return startVictorialogs({ dir: path.join(dir, 'victorialogs'), flags, ...port });
}

function startTraces(dir: string, yaml: string | undefined, last: Jaeger | undefined): Promise<Jaeger> {
  const ports = last === undefined ? {} : { ports: last.ports };
  const over = yaml === undefined ? {} : { yaml };
  return startJaeger({ dir: path.join(dir, 'jaeger'), config: JAEGER, ...over, ...ports });
}

function brokerPart(name: string, broker: Broker): Part<Broker> {
  return {
    name,
    server: broker,
    kill: () => broker.kill(),
    restart: () => broker.restart(),
    stop: () => broker.stop(),
  };
}
