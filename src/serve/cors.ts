import type { IncomingMessage, ServerResponse } from 'node:http';

/** Which pages of other origins may send requests, as the OpenTelemetry Collector has it. */
export interface CorsOptions {
  /** Such as `https://shop.example`, `https://*.shop.example` or `*`; in any case of letters. */
  readonly allowedOrigins: readonly string[];
  /** Headers of requests; `*` is all of them. Empty: Accept, Content-Type and X-Requested-With. */
  readonly allowedHeaders: readonly string[];
  /** Headers of answers that scripts may read. */
  readonly exposedHeaders: readonly string[];
  /** For how long browsers keep the answer to a preflight request, in seconds; 0: they decide. */
  readonly maxAgeSeconds: number;
}

const METHODS: ReadonlySet<unknown> = new Set(['GET', 'POST', 'HEAD', 'OPTIONS']);
const DEFAULT_HEADERS = ['accept', 'content-type', 'x-requested-with'];
const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

/** Tells browsers which pages may send requests here. @see Fetch standard, "CORS protocol" */
export class Cors {
  readonly #options: CorsOptions;
  readonly #takesAllOrigins: boolean;
  readonly #origins: readonly (readonly [start: string, end: string | undefined])[];
  readonly #headers: ReadonlySet<string>;

  constructor(options: CorsOptions) {
    const { allowedOrigins, allowedHeaders } = options;
    this.#options = options;
    this.#takesAllOrigins = allowedOrigins.includes('*');
    this.#origins = allowedOrigins.map((origin) => halves(origin.toLowerCase()));
    const headers = allowedHeaders.length === 0 ? DEFAULT_HEADERS : allowedHeaders;
    this.#headers = new Set(headers.map((name) => name.toLowerCase()));
  }

  /** Whether pages of an origin may send requests. */
  allows(origin = ''): boolean {
    if (origin === '' || this.#takesAllOrigins) return origin !== '';
    const given = origin.toLowerCase();
    return this.#origins.some(([start, end]) =>
      end === undefined
        ? given === start
        : given.length >= start.length + end.length && given.startsWith(start) && given.endsWith(end),
    );
  }

  /**
   * Sets the headers of an answer. A preflight request is answered by that, whatever it asks for: what is not allowed has
   * no header.
   * @returns whether it was a preflight request, and is answered
   */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const { origin = '', 'access-control-request-method': wanted = '' } = request.headers;
    const isPreflight = request.method === 'OPTIONS' && wanted !== '';
    response.setHeader('vary', isPreflight ? PREFLIGHT_VARY : 'Origin');
    const method = isPreflight ? wanted : request.method;
    if (this.allows(origin) && METHODS.has(method)) {
      if (isPreflight) this.#permit(request, response, origin);
      else this.#admit(response, origin);
    }
    if (isPreflight) response.writeHead(204).end();
    return isPreflight;
  }

  #permit({ headers }: IncomingMessage, response: ServerResponse, origin: string): void {
    const { 'access-control-request-headers': wanted, 'access-control-request-method': method } = headers;
    if (!this.#allowsHeaders(wanted)) return;
    this.#name(response, origin);
    response.setHeader('access-control-allow-methods', String(method));
    if (wanted) response.setHeader('access-control-allow-headers', wanted);
    const { maxAgeSeconds } = this.#options;
    if (maxAgeSeconds !== 0) response.setHeader('access-control-max-age', Math.max(0, maxAgeSeconds));
  }

  #admit(response: ServerResponse, origin: string): void {
    this.#name(response, origin);
    const { exposedHeaders } = this.#options;
    if (exposedHeaders.length > 0)
      response.setHeader('access-control-expose-headers', exposedHeaders.join(', '));
  }

  #name(response: ServerResponse, origin: string): void {
    response.setHeader('access-control-allow-origin', this.#takesAllOrigins ? '*' : origin);
    response.setHeader('access-control-allow-credentials', 'true');
  }

  #allowsHeaders(wanted = ''): boolean {
    if (this.#headers.has('*')) return true;
    const names = wanted.split(',').map((name) => name.trim().toLowerCase());
    return names.every((name) => name === '' || this.#headers.has(name));
  }
}

/** What is before the first `*`, and what is behind it, if there is one. */
function halves(origin: string): [string, string | undefined] {
  const star = origin.indexOf('*');
  return star < 0 ? [origin, undefined] : [origin.slice(0, star), origin.slice(star + 1)];
}
