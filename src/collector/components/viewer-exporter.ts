import path from 'node:path';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { requireBeside } from '../../require-beside.ts';
import type { ExporterComponent } from '../component.ts';
import { boolean, integer, mapping, oneOf, optional, type Read, section, text } from '../config/shape.ts';
import { checkServerTls, serverTls } from '../config/tls-shapes.ts';
import { duration, httpUrl, listenAddress } from '../config/value-shapes.ts';
import { readServerTls } from '../read-tls.ts';

const MEBIBYTE = 1024 * 1024;

/** Shorter ones are guessed. */
const MIN_TOKEN = 16;

const filled = text('a path', (given) => (given === '' ? undefined : given));

const shape = mapping({
  endpoint: optional(listenAddress, { host: 'localhost', port: 4319 }),
  directory: optional(filled, path.join('otel-events-data', 'viewer')),
  max_size_mib: optional(integer(1), 10_240),
  max_age: optional(duration),
  synchronous: optional(oneOf(['normal', 'full']), 'normal'),
  token: optional(
    text(`a token of at least ${MIN_TOKEN} letters, digits, - or _`, (given) =>
      given.length >= MIN_TOKEN && /^[\w-]+$/.test(given) ? given : undefined,
    ),
  ),
  tls: optional(serverTls),
  mcp: optional(boolean, false),
  clear: optional(boolean),
  // Where schemas are declared.
  schemas: optional(filled),
  // What an app has as its option of the same name.
  quarantine: optional(filled),
  // What the page says of other places.
  links: section(
    mapping({
      otlp_http: optional(httpUrl),
      otlp_grpc: optional(httpUrl),
      jaeger: optional(httpUrl),
      grafana: optional(httpUrl),
    }),
  ),
});

/** Keeps logs and spans in files, and shows them in a page. A request is answered when all of it is committed. */
export const viewerExporter: ExporterComponent<Read<typeof shape>> = {
  type: 'viewer',
  shape,
  check: ({ endpoint, directory, tls }, { add, claim }) => {
    checkServerTls(tls, 'tls', add);
    const owner = directory === undefined ? undefined : claim(`directory ${path.resolve(directory)}`);
    if (owner !== undefined) add('directory', `${owner} has it already`);
    if (endpoint === undefined || endpoint.port === 0) return;
    const other = claim(`address ${endpoint.host}:${endpoint.port}`);
    if (other !== undefined) add('endpoint', `${other} listens there`);
  },
  create: async (settings, { id, log, replay }) => {
    const { tls, links, max_age: maxAgeMs, token } = settings;
    // A collector without a viewer loads no database.
    const { openViewer } = requireBeside<typeof import('../../viewer/open-viewer.ts')>(
      import.meta,
      '../../viewer/open-viewer',
    );
    const viewer = await openViewer({
      address: settings.endpoint,
      directory: settings.directory,
      synchronous: settings.synchronous,
      maxBytes: settings.max_size_mib * MEBIBYTE,
      maxAgeMs,
      token,
      tls: tls && (await readServerTls(tls)),
      mcp: settings.mcp,
      canClear: settings.clear,
      schemas: settings.schemas,
      quarantine: settings.quarantine,
      replay,
      endpoints: { otlpHttp: textOf(links.otlp_http), otlpGrpc: textOf(links.otlp_grpc) },
      links: { jaeger: textOf(links.jaeger), grafana: textOf(links.grafana) },
      onError: (error) => log('warn', (error as Error).message, { exporter: id }),
    });
    // One that was given is known already.
    if (token === undefined && viewer.openUrl !== viewer.url)
      log('info', 'open this address, and show it to nobody else', { exporter: id, url: viewer.openUrl });
    return {
      endpoint: viewer.url,
      consume: (batch) => viewer.ingest(OtlpRequest.of(batch)),
      emitted: { id: viewer.id, take: (report) => viewer.takeReport(report) },
      close: (timeoutMs) => viewer.close(timeoutMs),
    };
  },
};

/** Without the slash that a URL of an origin alone ends with. */
function textOf(url: URL | undefined): string | undefined {
  return url?.href.replace(/\/$/, '');
}
