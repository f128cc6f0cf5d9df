import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { guardedServer } from '../../serve/guarded-server.ts';
import { isLoopback } from '../../serve/is-loopback.ts';
import { type ListenAddress, listen, stopServer } from '../../serve/listen.ts';
import { isEveryAddress } from '../../serve/reached-at.ts';
import { Refusal } from '../../serve/refusal.ts';
import type { ServerTls } from '../../serve/server-tls.ts';
import { Api, type ApiSources } from './api.ts';
import { sendError } from './api-error.ts';
import { MCP_PATH, McpEndpoint } from './mcp-endpoint.ts';
import { PageFiles } from './page-files.ts';
import { RequestGuard } from './request-guard.ts';

/** How a viewer is served. */
export interface ViewerOptions extends Omit<ApiSources, 'canClear'> {
  /** Beyond this machine a token is wanted of who asks for data. */
  readonly address: ListenAddress;
  /** Default: made, where one is wanted. */
  readonly token?: string | undefined;
  readonly tls?: ServerTls | undefined;
  /** Whether agents are answered at `/mcp`. Default: no. */
  readonly mcp?: boolean | undefined;
  /**
   * Whether all that is stored can be deleted. Default: where it listens on this machine only, since beyond it all who may read
   * could.
   */
  readonly canClear?: boolean | undefined;
  /** Told of what went wrong here, and of nothing that was stored. */
  readonly onError: (error: unknown) => void;
}

/** A viewer that answers. */
export interface Viewer {
  /** `http://127.0.0.1:4319`. */
  readonly url: string;
  /** The same with the token, if there is one: to be opened, and shown to nobody else. */
  readonly openUrl: string;
  /** Ends all streams and connections. The store stays open. */
  close(timeoutMs: number): Promise<void>;
}

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** What a browser may do with a page of data that anybody may have sent. */
const SECURITY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/**
 * Serves the page and the API of a store.
 * @throws OtelEventsError `COLLECTOR_START_FAILED` if it cannot listen
 */
export async function startViewer(options: ViewerOptions): Promise<Viewer> {
  const { address, about, tls, mcp = false, onError } = options;
  const isLocal = isLoopback(address.host);
  const token = options.token ?? (isLocal ? undefined : randomBytes(24).toString('base64url'));
  const scheme = tls === undefined ? 'http' : 'https';
  const api = new Api({ ...options, canClear: options.canClear ?? isLocal });
  const { version } = about;
  const questions = (signal: AbortSignal) => api.questions(signal);
  const site = {
    api,
    mcp: mcp ? new McpEndpoint({ version, questions }) : undefined,
    guard: new RequestGuard({ hosts: hostsOf(address.host), scheme, token }),
    files: new PageFiles(),
    onError,
  };
  const server = guardedServer({ tls }, (request, response) => handle(site, request, response), onError);
  const url = (await listen(server, address)).replace(/^http/, scheme);
  return {
    url,
    openUrl: token === undefined ? url : `${url}/?token=${token}`,
    close: async (timeoutMs) => {
      site.api.close();
      await stopServer(server, timeoutMs);
    },
  };
}

interface Site {
  readonly api: Api;
  readonly mcp: McpEndpoint | undefined;
  readonly guard: RequestGuard;
  readonly files: PageFiles;
  readonly onError: (error: unknown) => void;
}

async function handle(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY)) response.setHeader(name, value);
  try {
    const url = urlOf(request);
    const isMcp = url.pathname === MCP_PATH;
    const isData = isMcp || url.pathname === '/api' || url.pathname.startsWith('/api/');
    site.guard.checkOrigin(request, isData);
    if (isMcp) {
      if (site.mcp === undefined)
        throw new Refusal(404, 'MCP is off; start the viewer with --mcp, or `mcp: true`');
      site.guard.checkToken(request);
      return await site.mcp.handle(request, response, site.onError);
    }
    if (!isData && request.method !== 'GET' && request.method !== 'HEAD')
      throw new Refusal(405, 'a page is read with GET', { allow: 'GET, HEAD' });
    if (isData) {
      site.guard.checkToken(request);
      await site.api.handle(url, request, response, site.onError);
    } else if (url.searchParams.has('token')) exchange(site, url, response);
    else site.files.send(url.pathname, request, response);
  } catch (error) {
    sendError(response, error);
    if (!(error instanceof Refusal)) site.onError(error);
  }
}

function urlOf({ url = '' }: IncomingMessage): URL {
  const whole = `http://localhost${url}`;
  if (!url.startsWith('/') || !URL.canParse(whole)) throw new Refusal(400, 'that is no path');
  return new URL(whole);
}

/**
 * Takes the token out of the address, for a cookie. The page that follows is asked for by this one: after a redirect of a
 * link elsewhere, browsers would not send the cookie.
 */
function exchange({ guard }: Site, url: URL, response: ServerResponse): void {
  const cookie = guard.cookieFor(url.searchParams.get('token') ?? '');
  url.searchParams.delete('token');
  const next = (url.pathname.replace(/^\/+/, '/') + url.search).replace(
    /[&"<>]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
  });
  response.end(
    `<!doctype html><meta http-equiv="refresh" content="0;url=${next}"><title>otel-events</title>`,
  );
}

/** Undefined: any. A page that has itself pointed to here has no cookie for its name, and no token. */
function hostsOf(host: string): readonly string[] | undefined {
  if (isEveryAddress(host)) return undefined;
  return [...LOOPBACK_NAMES, host.includes(':') && !host.startsWith('[') ? `[${host}]` : host];
}
