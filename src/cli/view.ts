import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { readConfig } from '../collector/read-config.ts';
import type { Collector } from '../collector/run-collector.ts';
import { OtelEventsError } from '../errors.ts';
import { escapeLines } from '../escape-controls.ts';
import { isLoopback } from '../serve/is-loopback.ts';
import { reachedAt } from '../serve/reached-at.ts';
import { defineCommand, usageError } from './command.ts';
import { openInBrowser } from './open-in-browser.ts';
import { runUntilTold } from './run-until-told.ts';

const DEFAULTS = { host: 'localhost', port: '4319', directory: path.join('otel-events-data', 'viewer') };

const USAGE = `Usage: otel-events view [--port PORT] [--host HOST] [--directory DIR]
                        [--schemas DIR] [--quarantine DIR]
                        [--mcp] [--open]
       otel-events view --config FILE [--open]

Takes OTLP from this machine, keeps events, logs and spans in files, and shows
them in a page, until it is told to stop (Ctrl+C).

  --port PORT      of the page; default ${DEFAULTS.port}, 0 for any that is free
  --host HOST      where the page listens; default ${DEFAULTS.host}. Beyond this
                   machine a token is wanted, which the printed address has
  --directory DIR  where the files are; default ${DEFAULTS.directory}
  --schemas DIR    the JSON and YAML files in it are what events should be like;
                   the page shows in what those that come differ
  --quarantine DIR the quarantine of an app: the page shows what is wrong with
                   events in it, and sends on those that are mended
  --config FILE    a collector's configuration with an exporter "viewer" instead
  --mcp            answers agents by the Model Context Protocol, at /mcp of the
                   page's address: they read what is stored
  --open           opens the page in a browser
  --help           show this

Apps send to ports 4318 (HTTP) and 4317 (gRPC); OTEL_EVENTS_PORT and
OTEL_EVENTS_GRPC_PORT say others, OTEL_EVENTS_VIEWER_TOKEN which token.

Exit status: 0 stopped as told; 1 an option or the configuration is wrong;
2 a port or a file cannot be opened.`;

export const command = defineCommand({
  name: 'otel-events view',
  usage: USAGE,
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    directory: { type: 'string' },
    schemas: { type: 'string' },
    quarantine: { type: 'string' },
    config: { type: 'string', short: 'c' },
    mcp: { type: 'boolean' },
    open: { type: 'boolean' },
  },
  async run(operands, { config, open = false, ...own }) {
    if (operands.length > 0) throw usageError(`nothing but options: ${operands.length} more given`);
    const [given] = Object.keys(own);
    if (config !== undefined && given !== undefined)
      throw usageError(`--${given}: the configuration says that; leave one of them out`);
    const token = tokenFor(own.host ?? DEFAULTS.host);
    try {
      if (config !== undefined) await checkHasViewer(config);
      await runUntilTold(config ?? configOf({ ...DEFAULTS, mcp: false, ...own }, token), {
        started: (collector) => {
          const pages = pagesOf(collector, config === undefined ? token : undefined);
          process.stdout.write(escapeLines(banner(collector, pages.flat())));
          if (open) for (const [page = ''] of pages) openInBrowser('otel-events view', page);
        },
      });
      return 0;
    } catch (error) {
      if (!(error instanceof OtelEventsError) || error.code !== 'COLLECTOR_CONFIG_INVALID') throw error;
      // A line for each problem of a configuration.
      process.stderr.write(escapeLines(`${error.message}\n`));
      return 1;
    }
  },
});

interface Own {
  readonly host: string;
  readonly port: string;
  readonly directory: string;
  readonly mcp: boolean;
  readonly schemas?: string | undefined;
  readonly quarantine?: string | undefined;
}

/** The same as anybody could write it in a file. */
function configOf(
  { host, port, directory, mcp, schemas, quarantine }: Own,
  token: string | undefined,
): object {
  const { OTEL_EVENTS_PORT: http = '4318', OTEL_EVENTS_GRPC_PORT: grpc = '4317' } = process.env;
  const pipeline = { receivers: ['otlp'], exporters: ['viewer'] };
  const links = { otlp_http: `http://127.0.0.1:${http}`, otlp_grpc: `http://127.0.0.1:${grpc}` };
  return {
    receivers: {
      otlp: {
        protocols: { http: { endpoint: `127.0.0.1:${http}` }, grpc: { endpoint: `127.0.0.1:${grpc}` } },
      },
    },
    exporters: {
      viewer: {
        endpoint: `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`,
        directory,
        mcp,
        links,
        ...(token === undefined ? {} : { token }),
        ...(schemas === undefined ? {} : { schemas }),
        ...(quarantine === undefined ? {} : { quarantine }),
      },
    },
    service: { pipelines: { logs: pipeline, traces: pipeline, metrics: pipeline } },
  };
}

/** Made here, so that it can be printed and opened with the address. */
function tokenFor(host: string): string | undefined {
  const { OTEL_EVENTS_VIEWER_TOKEN: given } = process.env;
  if (given) return given;
  return isLoopback(host) ? undefined : randomBytes(24).toString('base64url');
}

/** @throws OtelEventsError `COLLECTOR_CONFIG_INVALID` when there is nothing to look at */
async function checkHasViewer(source: string): Promise<void> {
  const { exporters, service } = await readConfig(source);
  const used = service.pipelines.flatMap((pipeline) => pipeline.exporters);
  if (used.some((id) => exporters.get(id)?.type === 'viewer')) return;
  const message = `${source}: no pipeline has an exporter of type viewer`;
  throw new OtelEventsError('COLLECTOR_CONFIG_INVALID', message, { fix: 'add one, or leave --config out' });
}

/** Of each viewer the addresses that it is reached by, that of this machine first. */
function pagesOf(
  { config, endpoints }: Collector,
  token: string | undefined,
): readonly (readonly string[])[] {
  return [...config.exporters].flatMap(([id, { type, settings }]) => {
    const url = endpoints[id];
    if (type !== 'viewer' || url === undefined) return [];
    const { host } = (settings as { endpoint: { host: string } }).endpoint;
    return [reachedAt(url, host).map((one) => (token === undefined ? one : `${one}/?token=${token}`))];
  });
}

function mcpAddresses({ config, endpoints }: Pick<Collector, 'config' | 'endpoints'>): readonly string[] {
  return [...config.exporters].flatMap(([id, { type, settings }]) =>
    type === 'viewer' && (settings as { mcp: boolean }).mcp ? [`${endpoints[id]}/mcp`] : [],
  );
}

function banner({ config, endpoints }: Collector, pages: readonly string[]): string {
  const receivers = Object.entries(endpoints).filter(([id]) =>
    config.receivers.has(id.split('.', 1)[0] ?? ''),
  );
  const rows = [
    ...pages.map((page) => ['page', page]),
    ...mcpAddresses({ config, endpoints }).map((url) => ['MCP', url]),
    ...receivers.map(([id, url]) => [`${id.endsWith('.grpc') ? 'gRPC' : 'OTLP'} in`, url]),
    ...[...config.exporters.values()].flatMap(({ type, settings }) =>
      type === 'viewer' ? [['files', path.resolve((settings as { directory: string }).directory)]] : [],
    ),
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const lines = rows.map(([name = '', value = '']) => `  ${name.padEnd(width)}  ${value}`);
  return `otel-events viewer, Ctrl+C to stop\n${lines.join('\n')}\n`;
}
