import type { Server, ServerResponse } from 'node:http';
import { guardedServer, type ServerSettings } from '../serve/guarded-server.ts';
import { type ListenAddress, listen, stopServer } from '../serve/listen.ts';

/** Where to answer. */
export interface HealthCheckOptions extends ServerSettings {
  readonly address: ListenAddress;
  /** One that ends in `/` stands for all below it, as in the OpenTelemetry Collector. */
  readonly path: string;
  /** Whether data can be taken at the moment; asked while the collector runs. Default: yes. */
  readonly isWell?: () => boolean;
}

/** Answers as the configured path does: whether data can be taken. */
const READY = '/ready';

/** Whether the process answers at all: what restarts it must not do so because a destination is away. */
const LIVE = '/live';

/** Tells load balancers and people whether the collector takes data, as the `health_check` extension does, and apart whether it lives. */
export class HealthCheck {
  readonly #options: HealthCheckOptions;
  readonly #server: Server;
  readonly #since = new Date();
  #available = false;

  constructor(options: HealthCheckOptions) {
    this.#options = options;
    this.#server = guardedServer(options, ({ url = '' }, response) =>
      this.#answer(response, url.split('?', 1)[0] ?? ''),
    );
  }

  /** Starts to answer. @returns the URL */
  async start(): Promise<string> {
    return `${await listen(this.#server, this.#options.address)}${this.#options.path}`;
  }

  setAvailable(available: boolean): void {
    this.#available = available;
  }

  stop(): Promise<void> {
    return stopServer(this.#server, 0);
  }

  #answer(response: ServerResponse, path: string): void {
    const isConfigured = isBelow(path, this.#options.path);
    const isLive = path === LIVE && path !== this.#options.path;
    const found = isConfigured || isLive || path === READY;
    const isAvailable = isLive || (this.#available && (this.#options.isWell?.() ?? true));
    const status = found ? (isAvailable ? 200 : 503) : 404;
    const body = found ? JSON.stringify(this.#describe(isAvailable)) : '';
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  }

  #describe(isAvailable: boolean): object {
    if (!isAvailable) return { status: 'Server not available' };
    const uptimeMs = Date.now() - this.#since.getTime();
    return { status: 'Server available', upSince: this.#since.toISOString(), uptime: `${uptimeMs / 1000}s` };
  }
}

function isBelow(path: string, configured: string): boolean {
  return path === configured || (configured.endsWith('/') && path.startsWith(configured));
}
