import { mkdir, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { freePort } from './free-port.ts';
import {
  type BrokerAddress,
  brokerProperties,
  type KafkaSecurity,
  toolProperties,
} from './kafka-properties.ts';
import { serviceBinary } from './require-service.ts';
import { runStep } from './run-step.ts';
import { type Server, startServer } from './start-server.ts';

export interface KafkaOptions {
  /** Where its files are; made if missing. */
  readonly dir: string;
  /** Default 1; three replicate everything among themselves. */
  readonly brokers?: number;
  /** The address that they listen on and are known by. Default 127.0.0.1 */
  readonly host?: string;
  readonly security?: KafkaSecurity;
  /** For Java, of the brokers. Default: what starts with the least work, and is slower in the long run. */
  readonly java?: readonly string[];
}

/** One broker, across its lives. */
export interface Broker {
  /** Of its present life. */
  readonly pid: number;
  /** Where its records are. */
  readonly logDir: string;
  /** What its present life has written. */
  log(): string;
  stop(): Promise<void>;
  /** SIGKILL, as in a crash, then waits for the end. */
  kill(): Promise<void>;
  /** On the same files and ports. */
  restart(): Promise<void>;
}

export interface Kafka extends AsyncDisposable {
  readonly brokers: readonly Broker[];
  /** Addresses of all of them, as clients are told. */
  readonly bootstrap: string;
  createTopic(name: string, partitions: number): Promise<void>;
  /** Runs `ProducerPerformance`: writes records, as its arguments say, that all brokers in sync have. */
  produce(topic: string, ...args: readonly string[]): Promise<void>;
  /** Puts a consumer group, none of which may run, back to the first record of a topic. */
  windBack(group: string, topic: string): Promise<void>;
  /** Runs one of `org.apache.kafka.tools` and gives what it wrote. */
  tool(name: string, ...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** For Java: what ends at once is not worth compiling well. */
const SHORT_LIVED = ['-XX:TieredStopAtLevel=1'];

/** Some 4 s of a core each; the cores may have much else to do. */
const START_MS = 240_000;

const CLUSTER_ID = 'b3RlbC1ldmVudHMta2Fma2E';

/** Starts real brokers with KRaft, each in a process of its own. */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const { brokers: count = 1, host = '127.0.0.1', security, java = SHORT_LIVED } = options;
  const dir = path.resolve(options.dir);
  await mkdir(dir, { recursive: true });
  const command = serviceBinary('kafka');
  const addresses: BrokerAddress[] = [];
  for (let id = 1; id <= count; id++) {
    addresses.push({ id, host, port: await freePort(), controllerPort: await freePort() });
  }
  const bootstrap = addresses.map((each) => `${each.host}:${each.port}`).join(',');
  const run = (title: string, ...args: string[]): Promise<string> =>
    runStep({ title, command, args: [...SHORT_LIVED, ...args], cwd: dir });
  const login = toolProperties(security);
  const loginFile = path.join(dir, 'tools.properties');
  if (login !== undefined) await writeFile(loginFile, login);
  const tool = (name: string, ...args: string[]): Promise<string> => {
    const asWhom = login === undefined ? [] : ['--command-config', loginFile];
    return run(name, `org.apache.kafka.tools.${name}`, '--bootstrap-server', bootstrap, ...asWhom, ...args);
  };

  const users = Object.entries(security?.users ?? {}).flatMap(([name, password]) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${name},password=${password}]`,
  ]);
  for (const own of addresses) {
    const file = propertiesFile(dir, own);
    await writeFile(file, brokerProperties(own, addresses, path.join(dir, `${own.id}`), security));
    await run('format', 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', file, ...users);
  }
  // One alone waits for the others.
  const brokers = await Promise.all(addresses.map((own) => startBroker([command, ...java], dir, own)));
  const stop = async (): Promise<void> => {
    await Promise.all(brokers.map((broker) => broker.stop()));
  };
  return {
    brokers,
    bootstrap,
    createTopic: async (name, partitions) => {
      await tool('TopicCommand', '--create', '--topic', name, '--partitions', `${partitions}`);
    },
    produce: async (topic, ...args) => {
      const props = login === undefined ? [] : ['--producer.config', loginFile];
      const to = ['--producer-props', `bootstrap.servers=${bootstrap}`, 'acks=all'];
      const where = ['--topic', topic, ...props, ...to];
      await run('produce', 'org.apache.kafka.tools.ProducerPerformance', ...where, ...args);
    },
    windBack: async (group, topic) => {
      const where = ['--group', group, '--topic', topic, '--reset-offsets', '--to-earliest', '--execute'];
      const said = await tool('consumer.group.ConsumerGroupCommand', ...where);
      // It ends with 0 when a consumer still runs.
      if (/^Error/m.test(said)) throw new Error(`group ${group} was not wound back: ${said.trim()}`);
    },
    tool,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function startBroker(
  [command = '', ...java]: readonly string[],
  dir: string,
  address: BrokerAddress,
): Promise<Broker> {
  const start = (): Promise<Server> =>
    startServer({
      name: `kafka ${address.id}`,
      command,
      args: [...java, 'kafka.Kafka', propertiesFile(dir, address)],
      cwd: dir,
      env: {},
      isReady: () => takesConnections(address),
      readyTimeoutMs: START_MS,
      // A clean end hands everything over to the others, which may have ended before.
      stopTimeoutMs: 5000,
    });
  let server = await start();
  return {
    get pid() {
      return server.pid;
    },
    logDir: path.join(dir, `${address.id}`, 'log'),
    log: () => server.log(),
    // What is on disk is on disk: a controller without a quorum does not end by itself.
    stop: () => server.stop().catch(() => undefined),
    kill: () => server.kill(),
    restart: async () => {
      server = await start();
    },
  };
}

function propertiesFile(dir: string, { id }: BrokerAddress): string {
  return path.join(dir, `${id}.properties`);
}

function takesConnections({ host, port }: BrokerAddress): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, host, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', reject);
  });
}
