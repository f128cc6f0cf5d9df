import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDuration } from '../collector/config/duration.ts';
import { nameOfSource, sourceOfSetting } from '../collector/config/read-sources.ts';
import { readConfig } from '../collector/read-config.ts';
import type { Collector, LoggingCollector } from '../collector/run-collector.ts';
import { OtelEventsError } from '../errors.ts';
import { escapeLines } from '../escape-controls.ts';
import { MAX_TIMER_MS } from '../time.ts';
import { defineCommand } from './command.ts';
import { runUntilTold } from './run-until-told.ts';

/** The configuration that comes with the package. */
const DEFAULT_CONFIG = fileURLToPath(new URL('../../collector/embedded.yaml', import.meta.url));

/** Between two tables of counts, unless told otherwise. */
const STATS_EVERY = '10s';
/** A table more often is nothing to read. */
const MIN_STATS_MS = 100;

const USAGE = `Usage: otel-events collect [--config FILE]... [--set KEY=VALUE]... [--check]
                           [--print-stats[=10s]]

Runs a collector until it is told to stop (SIGINT, SIGTERM). SIGHUP reads the
configuration again; a wrong one changes nothing.

  --config FILE  configuration in the OpenTelemetry Collector's grammar;
                 default: ${path.join('collector', 'embedded.yaml')} of this package; also env:NAME
                 or yaml:TEXT; several are merged in their order
  --set KEY=VALUE
                 over them, such as exporters.otlp_http.timeout=5s
  --print-stats[=10s]
                 prints on standard output what was received, sent, refused and
                 dropped, by component: every 10 s, or as often as it says, and at
                 the end
  --check        only check the configuration
  --help         show this

Exit status: 0 stopped as told, or the configuration is valid; 1 it is not;
2 it cannot be read, or a port or a file cannot be opened.`;

const collect = defineCommand({
  name: 'otel-events collect',
  usage: USAGE,
  options: {
    config: { type: 'string', short: 'c', multiple: true },
    set: { type: 'string', multiple: true },
    check: { type: 'boolean' },
    'print-stats': { type: 'string' },
  },
  isBare: true,
  async run(_, { config: files = [DEFAULT_CONFIG], set = [], check = false, 'print-stats': every }) {
    try {
      const statsEveryMs = every === undefined ? undefined : toInterval(every);
      const sources = [...files, ...set.map(toSource)];
      const name = files.map(nameOfSource).join(', ');
      if (!check) {
        await runUntilTold(sources, { statsEveryMs, started: started(name), reloaded });
        return 0;
      }
      const { warnings } = await readConfig(sources);
      for (const warning of warnings) process.stderr.write(escapeLines(`WARN ${warning}\n`));
      process.stdout.write(escapeLines(`${name}: valid\n`));
      return 0;
    } catch (error) {
      if (!(error instanceof OtelEventsError)) throw error;
      // A line for each problem of a configuration.
      process.stderr.write(escapeLines(`${error.message}\n`));
      return error.code === 'COLLECTOR_CONFIG_INVALID' ? 1 : 2;
    }
  },
});

/** An option whose value may be missing is one that Node does not know. */
export const command: typeof collect = (args) =>
  collect(args.map((arg) => (arg === '--print-stats' ? `--print-stats=${STATS_EVERY}` : arg)));

function toInterval(given: string): number {
  const everyMs = parseDuration(given);
  if (everyMs !== undefined && everyMs >= MIN_STATS_MS && everyMs <= MAX_TIMER_MS) return everyMs;
  const message = '--print-stats: expected a duration such as 10s or 5m, of 100ms or more';
  throw new OtelEventsError('COLLECTOR_CONFIG_INVALID', message);
}

function toSource(setting: string): string {
  const source = sourceOfSetting(setting);
  if (source !== undefined) return source;
  throw new OtelEventsError('COLLECTOR_CONFIG_INVALID', '--set: expected KEY=VALUE, and there is no =');
}

function started(name: string): (collector: LoggingCollector) => void {
  return (collector) => {
    if (process.stderr.isTTY) process.stderr.write(escapeLines(banner(name, collector)));
    else tellEndpoints(collector);
    warnOfForward(collector);
  };
}

function reloaded(collector: LoggingCollector, before: Collector['endpoints']): void {
  tellEndpoints(collector, (id, url) => before[id] !== url);
  warnOfForward(collector);
}

/** The endpoint alone forwards nothing in the default configuration: silence would be misleading. */
function warnOfForward({ config, log }: LoggingCollector): void {
  const { OTEL_EVENTS_FORWARD_ENDPOINT: endpoint, OTEL_EVENTS_FORWARD: forward } = process.env;
  const used = config.service.pipelines.flatMap(({ exporters }) => exporters);
  if (!endpoint || forward || used.includes('otlp_http/forward')) return;
  log('warn', 'OTEL_EVENTS_FORWARD_ENDPOINT is set and nothing is forwarded', {
    fix: 'set OTEL_EVENTS_FORWARD=otlp_http/forward too',
  });
}

function tellEndpoints(collector: LoggingCollector, isTold = (_id: string, _url: string) => true): void {
  for (const [component, url] of Object.entries(collector.endpoints)) {
    if (!isTold(component, url)) continue;
    const addresses = isOpen(collector, component) ? { addresses: 'all' } : {};
    collector.log('info', 'listening', { component, url, ...addresses });
  }
}

/** Behind the id of a receiver that speaks HTTP as well. */
const GRPC_ENDPOINT = '.protocols.grpc';

/** Where the collector's own metrics are. */
const OWN_METRICS = 'service.telemetry.metrics';

/** What is told of settings, whichever component they are of. */
interface Told {
  readonly endpoint?: { readonly host?: string };
  readonly address?: { readonly host?: string };
  readonly protocols?: { readonly http?: Told; readonly grpc?: Told };
  readonly path?: string;
}

/** Whether it is reached from other machines: its URL is the one for this machine. */
function isOpen({ config }: Collector, id: string): boolean {
  const [component, isGrpc] = id.endsWith(GRPC_ENDPOINT)
    ? [id.slice(0, -GRPC_ENDPOINT.length), true]
    : [id, false];
  const receiver = config.receivers.get(component)?.settings as Told | undefined;
  const extension = config.extensions.get(id)?.settings as Told | undefined;
  const { http, grpc } = receiver?.protocols ?? {};
  const { metrics } = config.service.telemetry as {
    readonly metrics?: { readonly readers: readonly Told[] };
  };
  const [reader] = id === OWN_METRICS ? (metrics?.readers ?? []) : [];
  const address = ((isGrpc ? undefined : http) ?? grpc ?? extension)?.endpoint ?? reader?.address;
  return address?.host !== undefined && ['', '0.0.0.0', '::'].includes(address.host);
}

function banner(file: string, collector: Collector): string {
  const { endpoints, config } = collector;
  const rows = [
    ['config', file],
    ...Object.entries(endpoints).map(([id, url]) => [
      id,
      isOpen(collector, id) ? `${url} (on all addresses)` : url,
    ]),
    ...config.service.pipelines.map(({ id, exporters }) => [id, exporters.join(', ')]),
    ...[...config.exporters].flatMap(([id, { type, settings }]) =>
      type === 'file' ? [[id, path.resolve((settings as Told).path ?? '')]] : [],
    ),
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(width)}  ${value}`);
  return `otel-events collector, Ctrl+C to stop\n${lines.join('\n')}\n`;
}
