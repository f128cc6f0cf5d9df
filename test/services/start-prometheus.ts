import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { freePort } from './free-port.ts';
import { serviceBinary } from './require-service.ts';
import { type Server, startServer } from './start-server.ts';

export interface PrometheusOptions {
  /** Where its files are; made if missing. */
  readonly dir: string;
  /** `host:port` to scrape instead of each target of the configuration, which has the names of containers; others are left out. */
  readonly targets: Readonly<Record<string, string>>;
  /** What is scraped besides, by the name of its job. */
  readonly jobs?: Readonly<Record<string, string>>;
  /** Instead of the configuration's 10 s, so that a test need not wait. */
  readonly scrapeInterval: string;
}

export interface Prometheus extends Server {
  /** Base URL of the HTTP API. */
  readonly url: string;
}

interface Config {
  readonly global: Record<string, string>;
  readonly scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
}

const config = path.join(import.meta.dirname, '../../collector/prometheus/config.yaml');

/** Starts the real Prometheus on 127.0.0.1, with the configuration of docker-compose.yml but for where things are. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const dir = path.resolve(options.dir);
  await mkdir(dir, { recursive: true });
  const file = path.join(dir, 'prometheus.yaml');
  await writeFile(file, await localConfig(options));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startServer({
    name: 'prometheus',
    command: serviceBinary('prometheus'),
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${path.join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    cwd: dir,
    env: {},
    isReady: async () => (await fetch(`${url}/-/ready`)).ok,
  });
  return { ...server, url };
}

async function localConfig({ targets, jobs = {}, scrapeInterval }: PrometheusOptions): Promise<string> {
  const read = parse(await readFile(config, 'utf8')) as Config;
  const local = (target: string): readonly string[] => {
    const replacement = targets[target];
    return replacement === undefined ? [] : [replacement];
  };
  for (const { static_configs } of read.scrape_configs) {
    for (const entry of static_configs) entry.targets = entry.targets.flatMap(local);
  }
  for (const [job_name, target] of Object.entries(jobs)) {
    read.scrape_configs.push({ job_name, static_configs: [{ targets: [target] }] });
  }
  const global = { ...read.global, scrape_interval: scrapeInterval, scrape_timeout: scrapeInterval };
  return stringify({ ...read, global });
}
