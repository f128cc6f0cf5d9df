import type { IncomingMessage, ServerResponse } from 'node:http';
import { EventsApi } from './events-api.ts';
import type { ApiAction, EventsApiOptions } from './events-api-options.ts';
import { answerWith, NodeApiCall } from './node-api-call.ts';
import { NodeVisit } from './node-visit.ts';
import type { RequestContextOptions } from './request-context-options.ts';
import { RequestContexts } from './request-contexts.ts';

export type { ProxyHeader, TrustProxy } from './client-address.ts';
export type { ApiAction, Authorization, EventsApiOptions } from './events-api-options.ts';
export type { RequestContextOptions, RequestEventOptions, RequestUser } from './request-context-options.ts';

/** What is read of Fastify's request. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly originalUrl: string;
  readonly body?: unknown;
  readonly routeOptions: { readonly url?: string | undefined };
}

/** What is used of Fastify's reply. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
}

/** What is used of a Fastify app. */
export interface FastifyLike<Request> {
  addHook(
    name: 'onRequest',
    hook: (request: Request, reply: FastifyReplyLike, done: () => void) => void,
  ): unknown;
}

/**
 * Makes a plugin for Fastify 5: `app.register(requestContext({ events }))`. It counts for the app it is
 * registered with, not only for a scope of its own; hooks that come later and handlers run in the context.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function requestContext<Request extends FastifyRequestLike = FastifyRequestLike>(
  options: RequestContextOptions<Request>,
): (app: FastifyLike<Request>, pluginOptions: unknown, done: () => void) => void {
  const contexts = new RequestContexts(options);
  const plugin = (app: FastifyLike<Request>, _: unknown, done: () => void): void => {
    app.addHook('onRequest', (request, reply, next) => {
      contexts.run(new FastifyVisit(request, reply), request, next);
    });
    done();
  };
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'otel-events',
  });
}

/** What the routes use of a Fastify app. */
export interface FastifyRoutesLike<Request> {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    type: '*',
    parser: (request: Request, payload: IncomingMessage, done: (error: null, body: unknown) => void) => void,
  ): unknown;
  addHook(name: 'preClose', hook: (done: () => void) => void): unknown;
  route(route: {
    readonly method: string[];
    readonly url: string;
    readonly handler: (request: Request, reply: FastifyReplyLike & FastifyHijackLike) => Promise<void>;
  }): unknown;
}

/** What else is used of the reply. */
export interface FastifyHijackLike {
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>;
  hijack(): unknown;
}

const METHODS = ['DELETE', 'GET', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/**
 * Makes a plugin with the routes for events, for Fastify 5: `app.register(eventsApi({ events }))`, with a
 * `prefix` if need be. The app's hooks run for them, its parsers do not: limits and types are those of the
 * options. Streams end when the app closes.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function eventsApi<Request extends FastifyRequestLike = FastifyRequestLike>(
  options: EventsApiOptions<Request>,
): (app: FastifyRoutesLike<Request>, pluginOptions: unknown, done: () => void) => void {
  const api = new EventsApi(options);
  return (app, _, done) => {
    app.removeAllContentTypeParsers();
    // A hook of the app may have put another stream in front, to inflate it.
    app.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    app.addHook('preClose', (next) => {
      api.close();
      next();
    });
    for (const url of [api.path, api.streamPath]) {
      const action = api.actionOf(url);
      if (action === undefined) continue;
      const handler = (request: Request, reply: FastifyReplyLike & FastifyHijackLike): Promise<void> =>
        answerRequest(api, action, request, reply);
      app.route({ method: METHODS, url, handler });
    }
    done();
  };
}

async function answerRequest<Request extends FastifyRequestLike>(
  api: EventsApi<Request>,
  action: ApiAction,
  request: Request,
  reply: FastifyReplyLike & FastifyHijackLike,
): Promise<void> {
  const payload = request.body as AsyncIterable<Uint8Array> | undefined;
  const call = new NodeApiCall({ request, incoming: request.raw, parsed: undefined, payload });
  const answer = await api.answer(call, action);
  reply.hijack();
  if (reply.raw.headersSent) return void answerWith(request.raw, reply.raw, answer);
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  void answerWith(request.raw, reply.raw, answer);
}

class FastifyVisit extends NodeVisit {
  readonly #request: FastifyRequestLike;
  readonly #reply: FastifyReplyLike;

  constructor(request: FastifyRequestLike, reply: FastifyReplyLike) {
    super(request.raw, reply.raw, request.originalUrl);
    this.#request = request;
    this.#reply = reply;
  }

  override get givenRequestId(): string | undefined {
    const given = this.#reply.getHeader('x-request-id');
    return typeof given === 'string' ? given : undefined;
  }

  protected override answerWith(requestId: string): void {
    this.#reply.header('x-request-id', requestId);
  }

  protected override route(): string | undefined {
    return this.#request.routeOptions.url;
  }

  protected override body(): unknown {
    return this.#request.body;
  }
}
