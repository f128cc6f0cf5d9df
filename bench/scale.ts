// `npm run bench:scale`: what an event costs at each hop of the road past one machine, as tests run it: app, agent, Kafka,
// gateway, store. CPU of the processes and bytes an event; the median of some rounds. Needs root, for networks of their own.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cpuMicros } from '../test/harness/cpu-micros.ts';
import { makeHosts } from '../test/scale/hosts.ts';
import { metric } from '../test/scale/settle.ts';
import { LOGS_TOPIC, type Road, startRoad } from '../test/scale/start-road.ts';
import { type RoadApp, startRoadApp } from '../test/scale/start-road-app.ts';
import { rowsTaken } from '../test/services/rows-taken.ts';
import { markdownTable } from './report/markdown-table.ts';
import { median } from './report/median.ts';

const { values: options } = parseArgs({
  options: {
    /** Events of a round. */
    count: { type: 'string', default: '60000' },
    rounds: { type: 'string', default: '3' },
    brokers: { type: 'string', default: '3' },
    /** YAML over collector/agent.yaml and gateway.yaml, to see what something costs. */
    agent: { type: 'string' },
    gateway: { type: 'string' },
  },
});

const HOPS = ['app', 'agent', 'Kafka', 'gateway', 'VictoriaLogs'] as const;
type Hop = (typeof HOPS)[number];
type Figures = Record<Hop, number>;

/** What the bytes are. */
const WHERE: Record<Hop, string> = {
  app: 'loopback, to its agent',
  agent: 'the wire, to Kafka',
  Kafka: 'disk, all replicas',
  gateway: 'disk, JSON lines',
  VictoriaLogs: 'disk',
};

const IDLE_MS = 10_000;
const MAX_MS = 600_000;
/** What is in the store's memory is on its disk by then. */
const FLUSH_MS = 3000;

const dir = mkdtempSync(path.join(os.tmpdir(), 'otel-events-bench-'));
try {
  await bench(Number(options.count), Number(options.rounds));
} finally {
  rmSync(dir, { recursive: true, force: true });
}

async function bench(count: number, rounds: number): Promise<void> {
  using hosts = makeHosts(2);
  // Compiled as well as Java can: without what tests say to start faster.
  await using road = await startRoad({
    dir,
    hosts,
    brokers: Number(options.brokers),
    gateways: 2,
    java: [],
    ...(options.agent === undefined ? {} : { agentYaml: options.agent }),
    ...(options.gateway === undefined ? {} : { gatewayYaml: options.gateway }),
  });
  const apps = hosts.hosts.map((host, number) =>
    startRoadApp({ host, endpoint: road.endpoint(number), spool: path.join(dir, `spool${number}`), number }),
  );
  const cpu = (): Figures => cpuOf(road, apps);
  const bytes = (): Figures => ({
    app: apps.map(({ pid }) => loopbackBytes(pid)).reduce(plus),
    agent: hosts.hosts.map((host) => host.bytes().sent).reduce(plus),
    Kafka: road.kafka.brokers.map(({ logDir }) => topicBytes(logDir)).reduce(plus),
    gateway: road.files.map(eventFileBytes).reduce(plus),
    VictoriaLogs: directoryBytes(path.join(dir, 'victorialogs')),
  });
  const [micros, sizes]: [Figures[], Figures[]] = [[], []];
  let idle = mapHops(() => 0);
  let sent = 0;
  // The first round is for warming up.
  for (let round = 0; round <= rounds; round++) {
    const [cpuBefore, bytesBefore, startMs] = [cpu(), bytes(), performance.now()];
    await Promise.all(apps.map((app) => app.log('bench', count / apps.length)));
    sent += count;
    await arrived(road, sent);
    await sleep(FLUSH_MS);
    const elapsed = performance.now() - startMs;
    const [cpuAfter, bytesAfter] = [cpu(), bytes()];
    if (round === 0) {
      // What each does without events, which a slow round has more of, is taken off.
      idle = await during(IDLE_MS, cpu);
      continue;
    }
    micros.push(mapHops((hop) => (cpuAfter[hop] - cpuBefore[hop] - idle[hop] * elapsed) / count));
    sizes.push(mapHops((hop) => (bytesAfter[hop] - bytesBefore[hop]) / count));
  }
  for (const app of apps) app[Symbol.dispose]();
  report(count, rounds, idle, micros, sizes);
}

function report(
  count: number,
  rounds: number,
  idle: Figures,
  micros: readonly Figures[],
  sizes: readonly Figures[],
): void {
  const load = os.loadavg().map((value) => value.toFixed(1));
  console.log(
    `Node ${process.version}, ${os.cpus()[0]?.model}, ${os.cpus().length} cores, load ${load.join(' ')}`,
  );
  console.log(
    `${rounds} rounds of ${count} events, ${options.brokers} brokers; medians, and the least and the most\n`,
  );
  const rows = HOPS.map((hop) => {
    const own = micros.map((figures) => figures[hop]);
    return {
      hop,
      'CPU µs an event': median(own).toFixed(1),
      'of all rounds': `${Math.min(...own).toFixed(1)} to ${Math.max(...own).toFixed(1)}`,
      // Microseconds a millisecond are thousandths of a core.
      'idle, % of a core': (idle[hop] / 10).toFixed(1),
      'bytes an event': median(sizes.map((figures) => figures[hop])).toFixed(0),
      where: WHERE[hop],
    };
  });
  console.log(markdownTable(rows));
  const whole = micros.map((figures) => HOPS.map((hop) => figures[hop]).reduce(plus));
  console.log(`\nThe whole way: ${median(whole).toFixed(1)} µs of CPU an event.`);
}

function cpuOf({ agents, brokers, gateways, store }: Road, apps: readonly RoadApp[]): Figures {
  const all = (parts: readonly { readonly pid: number }[]): number =>
    parts.map(({ pid }) => cpuMicros(pid)).reduce(plus);
  const servers = (parts: Road['agents' | 'brokers' | 'gateways']): number =>
    all(parts.map(({ server }) => server));
  return {
    app: all(apps),
    agent: servers(agents),
    Kafka: servers(brokers),
    gateway: servers(gateways),
    VictoriaLogs: cpuMicros(store.server.pid),
  };
}

/** How much of each a millisecond, while nothing happens. */
async function during(ms: number, read: () => Figures): Promise<Figures> {
  const before = read();
  await sleep(ms);
  const after = read();
  return mapHops((hop) => (after[hop] - before[hop]) / ms);
}

/** Waits until the store and the files have so many. */
async function arrived({ gateways, store }: Road, count: number): Promise<void> {
  for (const deadlineMs = Date.now() + MAX_MS; ; await sleep(200)) {
    const [stored, filed] = [await rowsTaken(store.server), await filedRows(gateways)];
    if (stored >= count && filed >= count) return;
    if (Date.now() > deadlineMs) throw new Error(`${stored} in store, ${filed} in files, of ${count}`);
  }
}

async function filedRows(gateways: Road['gateways']): Promise<number> {
  const sent = gateways.map(({ server }) =>
    metric(server, 'otelcol_exporter_sent_log_records', 'exporter="file/logs"'),
  );
  return (await Promise.all(sent)).flat().reduce(plus, 0);
}

/** What has come over loopback where a process runs. */
function loopbackBytes(pid: number): number {
  return Number(/^\s*lo:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/net/dev`, 'utf8'))?.[1]);
}

function topicBytes(logDir: string): number {
  const topics = readdirSync(logDir).filter((name) => name.startsWith(LOGS_TOPIC));
  const segments = topics.flatMap((topic) =>
    readdirSync(path.join(logDir, topic))
      .filter((name) => name.endsWith('.log'))
      .map((name) => statSync(path.join(logDir, topic, name)).size),
  );
  return segments.reduce(plus, 0);
}

function eventFileBytes(files: string): number {
  return readdirSync(files)
    .filter((name) => name.startsWith('events'))
    .map((name) => statSync(path.join(files, name)).size)
    .reduce(plus, 0);
}

/** A store merges its files all the time: what is gone while it is looked at is looked at again. */
function directoryBytes(directory: string): number {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .map((name) => statSync(path.join(directory, name)))
      .map((stat) => (stat.isFile() ? stat.size : 0))
      .reduce(plus, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return directoryBytes(directory);
  }
}

function mapHops(figure: (hop: Hop) => number): Figures {
  return Object.fromEntries(HOPS.map((hop) => [hop, figure(hop)])) as Figures;
}

function plus(a: number, b: number): number {
  return a + b;
}
