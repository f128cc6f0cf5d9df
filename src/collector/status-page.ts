import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { guardedServer, type ServerSettings } from '../serve/guarded-server.ts';
import { type ListenAddress, listen, stopServer } from '../serve/listen.ts';
import type { PipelineConfig } from './config/read-pipelines.ts';
import type { ProcessorStats } from './counts/processor-stats.ts';
import type { ReceiverStats } from './intake.ts';
import type { ExporterStats } from './lane.ts';

/** What is shown. */
export interface ServiceStatus {
  readonly pipelines: readonly PipelineConfig[];
  readonly extensions: readonly string[];
  readonly receivers: Readonly<Record<string, ReceiverStats>>;
  readonly processors: Readonly<Record<string, ProcessorStats>>;
  readonly exporters: Readonly<Record<string, ExporterStats>>;
}

/** Where to show it. */
export interface StatusPageOptions extends ServerSettings {
  readonly address: ListenAddress;
  /** As it is now; asked for each page. */
  readonly status: () => ServiceStatus;
}

type Row = readonly (string | number)[];
type Draw = (status: ServiceStatus, since: Date) => string;

const PAGES: ReadonlyMap<string, readonly [title: string, draw: Draw]> = new Map([
  ['/debug/servicez', ['Service', drawService]],
  ['/debug/pipelinez', ['Pipelines', drawPipelines]],
]);

/** Shows people the pipelines of the collector and its counts, as the `zpages` extension does: never what is in the data. */
export class StatusPage {
  readonly #options: StatusPageOptions;
  readonly #server: Server;
  readonly #since = new Date();

  constructor(options: StatusPageOptions) {
    this.#options = options;
    this.#server = guardedServer(options, (request, response) => this.#answer(request, response));
  }

  /** Starts to answer. @returns the URL of the first page */
  async start(): Promise<string> {
    return `${await listen(this.#server, this.#options.address)}/debug/servicez`;
  }

  stop(): Promise<void> {
    return stopServer(this.#server, 0);
  }

  #answer({ url = '', method }: IncomingMessage, response: ServerResponse): void {
    const page = PAGES.get(url.split('?', 1)[0] ?? '');
    const isRead = method === 'GET' || method === 'HEAD';
    const status = page === undefined ? 404 : isRead ? 200 : 405;
    const body = page === undefined || !isRead ? '' : this.#draw(page);
    response.writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'",
      ...(status === 405 && { allow: 'GET, HEAD' }),
    });
    response.end(method === 'HEAD' ? undefined : body);
  }

  #draw([title, draw]: readonly [string, Draw]): string {
    const links = [...PAGES].map(([path, [name]]) => `<a href="${path}">${name}</a>`).join(' ');
    const content = draw(this.#options.status(), this.#since);
    return `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1><p>${links}</p>${content}</html>\n`;
  }
}

function drawService({ extensions, receivers, processors, exporters }: ServiceStatus, since: Date): string {
  const about: Row[] = [
    ['started', since.toISOString()],
    ['extensions', extensions.join(', ')],
    ['Node.js', process.version],
  ];
  const taken: Row[] = Object.entries(receivers).flatMap(([id, { accepted, refused, invalidRequests }]) =>
    Object.keys(accepted).map((signal): Row => {
      const name = signal as keyof typeof accepted;
      return [id, name, accepted[name], refused[name], invalidRequests];
    }),
  );
  const passed: Row[] = Object.entries(processors).map(([id, { incoming, outgoing }]) => [
    id,
    incoming,
    outgoing,
  ]);
  const given: Row[] = Object.entries(exporters).map(([id, { sent, failed, queued, dropped }]) => [
    id,
    sent,
    failed,
    queued,
    dropped,
  ]);
  return [
    table([], about),
    table(['receiver', 'signal', 'accepted', 'refused', 'invalid requests'], taken),
    table(['processor', 'incoming', 'outgoing'], passed),
    table(['exporter', 'sent', 'failed', 'queued', 'dropped'], given),
  ].join('');
}

function drawPipelines({ pipelines }: ServiceStatus): string {
  const rows = pipelines.map(({ id, receivers, processors, exporters }): Row => {
    return [id, receivers.join(', '), processors.join(', '), exporters.join(', ')];
  });
  return table(['pipeline', 'receivers', 'processors', 'exporters'], rows);
}

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row, tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(String(cell))}</${tag}>`).join('')}</tr>`;
  return `<table>${line(head, 'th')}${rows.map((row) => line(row, 'td')).join('')}</table>`;
}

/** Ids are what somebody wrote into a file. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}
