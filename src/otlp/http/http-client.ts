import type { Agent, AgentOptions, request } from 'node:http';

/** Of an https connection, in PEM. */
export interface TlsOptions {
  /** Authorities to be trusted instead of those of Node.js. */
  readonly ca?: string | Buffer;
  /** Our own certificate, with its `key`. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** False: whoever answers is trusted. */
  readonly rejectUnauthorized?: boolean;
  /** The name that the certificate has to be for, in place of that in the URL. */
  readonly servername?: string;
}

/** What opens requests, and the connections that it keeps. */
export interface Connections {
  readonly request: typeof request;
  readonly agent: Agent;
}

/**
 * Connections that stay open between the requests of one owner: our own, or those of an agent of the app's, such as one
 * that knows a proxy, which stays the app's to close.
 */
export class HttpClient {
  readonly #tls: TlsOptions;
  readonly #agent: Agent | undefined;
  #plain: Promise<Connections> | undefined;
  #secure: Promise<Connections> | undefined;

  constructor(tls: TlsOptions = {}, agent?: Agent) {
    this.#tls = tls;
    this.#agent = agent;
  }

  // Loaded at the first request: importing the library must stay cheap.
  connectionsTo({ protocol }: URL): Promise<Connections> {
    if (protocol === 'https:') {
      this.#secure ??= import('node:https').then(({ request, Agent, globalAgent }) => ({
        request,
        agent: this.#agent ?? new Agent({ ...this.#tls, ...optionsLike(globalAgent) }),
      }));
      return this.#secure;
    }
    this.#plain ??= Promise.resolve(this.#overPlain());
    return this.#plain;
  }

  /** Not by an import, which would load all of undici with it: see node-http.ts. */
  #overPlain(): Connections {
    const { request, Agent, globalAgent } = process.getBuiltinModule('node:http');
    return { request, agent: this.#agent ?? new Agent(optionsLike(globalAgent)) };
  }

  /** Ends all connections, those in use included. */
  close(): void {
    if (this.#agent !== undefined) return;
    for (const connections of [this.#plain, this.#secure]) {
      void connections?.then(({ agent }) => agent.destroy());
    }
  }
}

/**
 * Through the proxy that the agent of Node.js itself goes through: `NODE_USE_ENV_PROXY=1` or `--use-env-proxy` with
 * `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, or `http.setGlobalProxyFromEnv()`, in versions that know these.
 */
function optionsLike(agent: Agent): AgentOptions {
  const { proxyEnv } = (agent as { readonly options?: AgentOptions }).options ?? {};
  return { keepAlive: true, maxFreeSockets: 4, ...(proxyEnv === undefined ? {} : { proxyEnv }) };
}
