import path from 'node:path';

/** Where a broker listens, for its clients and for the other brokers. */
export interface BrokerAddress {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly controllerPort: number;
}

/** TLS with certificates on both sides, and a password beside it; files are PEM. */
export interface KafkaSecurity {
  readonly ca: string;
  /** Certificate and key of the brokers, in one file. */
  readonly keystore: string;
  /** Passwords by name, for SCRAM-SHA-512; `broker` is the one of the brokers themselves. */
  readonly users: Readonly<Record<string, string>> & { readonly broker: string };
}

/** What one of `brokers` is started with. Three of them keep each record three times, and take it when two have it. */
export function brokerProperties(
  own: BrokerAddress,
  brokers: readonly BrokerAddress[],
  dir: string,
  security: KafkaSecurity | undefined,
): string {
  const voters = brokers.map(({ id, host, controllerPort }) => `${id}@${host}:${controllerPort}`);
  const copies = Math.min(3, brokers.length);
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': own.id,
    'controller.quorum.voters': voters.join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENT',
    listeners: `CLIENT://${own.host}:${own.port},CONTROLLER://${own.host}:${own.controllerPort}`,
    'log.dirs': path.join(dir, 'log'),
    'auto.create.topics.enable': false,
    'default.replication.factor': copies,
    'min.insync.replicas': Math.max(1, copies - 1),
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    // The largest request that the agents take, and a little.
    'message.max.bytes': 23_068_672,
    'replica.fetch.max.bytes': 23_068_672,
    ...(security === undefined ? OPEN : secured(security)),
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** What Kafka's own tools say to get in, or `undefined` where everybody gets in. */
export function toolProperties(security: KafkaSecurity | undefined): string | undefined {
  if (security === undefined) return undefined;
  return [
    'security.protocol=SASL_SSL',
    'sasl.mechanism=SCRAM-SHA-512',
    `sasl.jaas.config=${login('broker', security.users.broker)}`,
    ...Object.entries(stores(security)).map(([name, value]) => `${name}=${value}`),
    '',
  ].join('\n');
}

const OPEN = { 'listener.security.protocol.map': 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT' };

function secured(security: KafkaSecurity): Record<string, string> {
  return {
    'listener.security.protocol.map': 'CLIENT:SASL_SSL,CONTROLLER:SSL',
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'listener.name.client.scram-sha-512.sasl.jaas.config': login('broker', security.users.broker),
    // Of the listener by name: with SASL the setting for all of them is passed over, and any certificate will do.
    'listener.name.client.ssl.client.auth': 'required',
    'listener.name.controller.ssl.client.auth': 'required',
    ...stores(security),
  };
}

function stores({ ca, keystore }: KafkaSecurity): Record<string, string> {
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': ca,
  };
}

function login(name: string, password: string): string {
  return `org.apache.kafka.common.security.scram.ScramLoginModule required username="${name}" password="${password}";`;
}
