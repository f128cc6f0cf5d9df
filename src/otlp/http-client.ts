import type { Agent, request } from 'node:http';

/** Of an https connection, in PEM. */
export interface TlsOptions {
  /** Authorities to be trusted instead of those of Node.js. */
  readonly ca?: string | Buffer;
  /** Our own certificate, with its `key`. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

/** What opens requests, and the connections that it keeps. */
export interface Connections {
  readonly request: typeof request;
  readonly agent: Agent;
}

/** Connections that stay open between the requests of one owner. */
export class HttpClient {
  readonly #tls: TlsOptions;
  #plain: Promise<Connections> | undefined;
  #secure: Promise<Connections> | undefined;

  constructor(tls: TlsOptions = {}) {
    this.#tls = tls;
  }

  // Loaded at the first request: importing the library must stay cheap.
  connectionsTo({ protocol }: URL): Promise<Connections> {
    if (protocol === 'https:') {
      this.#secure ??= import('node:https').then(({ request, Agent }) => ({
        request,
        agent: new Agent({ ...this.#tls, keepAlive: true, maxFreeSockets: 4 }),
      }));
      return this.#secure;
    }
    this.#plain ??= import('node:http').then(({ request, Agent }) => ({
      request,
      agent: new Agent({ keepAlive: true, maxFreeSockets: 4 }),
    }));
    return this.#plain;
  }

  /** Ends all connections, those in use included. */
  close(): void {
    for (const connections of [this.#plain, this.#secure]) {
      void connections?.then(({ agent }) => agent.destroy());
    }
  }
}
