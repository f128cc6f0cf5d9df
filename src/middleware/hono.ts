import type { IncomingMessage, ServerResponse } from 'node:http';
import { destroyAfter } from '../serve/pour-stream.ts';
import { EventsApi } from './events-api.ts';
import type { EventsApiOptions } from './events-api-options.ts';
import { NodeVisit } from './node-visit.ts';
import type { RequestContextOptions } from './request-context-options.ts';
import { RequestContexts } from './request-contexts.ts';
import type { Visit, VisitEnd } from './visit.ts';
import { WebApiCall, webBody } from './web-api-call.ts';

export type { ProxyHeader, TrustProxy } from './client-address.ts';
export type { ApiAction, Authorization, EventsApiOptions } from './events-api-options.ts';
export type { RequestContextOptions, RequestEventOptions, RequestUser } from './request-context-options.ts';

/** What is read of Hono's context. */
export interface HonoContextLike {
  readonly req: {
    readonly method: string;
    readonly url: string;
    /** The route of the handler that ran last. */
    readonly routePath: string;
    /** What handlers have read of the body. */
    readonly bodyCache: object;
    readonly raw: { readonly signal: { readonly aborted: boolean } };
    header(name: string): string | undefined;
    json(): Promise<unknown>;
  };
  readonly res: { readonly status: number };
  readonly env: unknown;
  header(name: string, value: string): void;
}

/** What `@hono/node-server` puts into the environment. */
interface NodeEnvironment {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/**
 * Makes a middleware for Hono 4: `app.use(requestContext({ events }))`. What comes after it runs in the context
 * of the request. On `@hono/node-server` a request ends when its answer is sent. Elsewhere it ends when there is
 * an answer, its event has no body, and nothing is known of the client's address.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function requestContext<Context extends HonoContextLike = HonoContextLike>(
  options: RequestContextOptions<Context>,
): (context: Context, next: () => Promise<void>) => Promise<void> {
  const contexts = new RequestContexts(options);
  return async (context, next) => {
    const node = nodeOf(context.env);
    const visit = node === undefined ? new WebVisit(context) : new HonoNodeVisit(context, node);
    await contexts.run(visit, context, async () => {
      await next();
      visit.answered();
    });
  };
}

/** What the routes use of Hono's context beside that. */
export interface HonoRoutesLike extends HonoContextLike {
  readonly req: HonoContextLike['req'] & {
    readonly path: string;
    readonly raw: Request;
    text(): Promise<string>;
  };
  body(data: string | ReadableStream | null, status: number, headers: Record<string, string>): Response;
}

/**
 * Makes the routes for events, for Hono 4: `app.use(eventsApi({ events }))`. Bodies that have been read before
 * are taken as they are. `close` ends the streams at once; on `@hono/node-server` they also end when the server
 * closes. Elsewhere nothing is known of the client's address: all share one rate, and streams need `authorize`.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function eventsApi<Context extends HonoRoutesLike = HonoRoutesLike>(
  options: EventsApiOptions<Context>,
): ((context: Context, next: () => Promise<void>) => Promise<Response | undefined>) & { close(): void } {
  const api = new EventsApi(options);
  const handle = async (context: Context, next: () => Promise<void>): Promise<Response | undefined> => {
    const { req } = context;
    const action = api.actionOf(req.path);
    if (action === undefined) return void (await next());
    const node = nodeOf(context.env);
    const socket = node?.incoming.socket as
      | { remoteAddress?: string; server?: { listening?: boolean } }
      | undefined;
    const call = new WebApiCall({
      request: context,
      raw: req.raw,
      taken: Object.keys(req.bodyCache).length > 0 ? () => req.text() : undefined,
      remoteAddress: socket?.remoteAddress,
      isClosing: () => socket?.server?.listening === false,
    });
    const answer = await api.answer(call, action);
    // A server that closes would wait for the connection to be used again.
    if (node !== undefined && typeof answer.body === 'object') {
      node.outgoing.shouldKeepAlive = false;
      void destroyAfter(answer.body, node.outgoing);
    }
    return context.body(webBody(answer), answer.status, { ...answer.headers });
  };
  return Object.assign(handle, { close: () => api.close() });
}

function nodeOf(env: unknown): NodeEnvironment | undefined {
  const { incoming, outgoing } = (env ?? {}) as Partial<NodeEnvironment>;
  return incoming === undefined || outgoing === undefined ? undefined : { incoming, outgoing };
}

/** The route that answered; where none did, the last one is a middleware's. */
function routeOf({ req }: HonoContextLike): string | undefined {
  return req.routePath.endsWith('*') ? undefined : req.routePath;
}

class HonoNodeVisit extends NodeVisit {
  readonly #context: HonoContextLike;
  #parsed: unknown;

  constructor(context: HonoContextLike, { incoming, outgoing }: NodeEnvironment) {
    super(incoming, outgoing);
    this.#context = context;
  }

  /** Takes what handlers have read of the body, without waiting: the answer is not to be held up. */
  answered(): void {
    const { req } = this.#context;
    const { text, formData } = req.bodyCache as {
      text?: unknown;
      formData?: Promise<Iterable<[string, unknown]>>;
    };
    const isJson = text !== undefined && req.header('content-type')?.includes('json');
    const parsed = isJson ? req.json() : formData?.then(Object.fromEntries);
    parsed?.then(
      (body) => {
        this.#parsed = body;
      },
      () => {},
    );
  }

  protected override route(): string | undefined {
    return routeOf(this.#context);
  }

  protected override body(): unknown {
    return this.#parsed;
  }
}

/** A request where there is no Node server. */
class WebVisit implements Visit {
  readonly method: string;
  readonly target: string;
  readonly remoteAddress = undefined;
  readonly givenRequestId = undefined;
  readonly #context: HonoContextLike;
  #onEnd: ((end: VisitEnd) => void) | undefined;

  constructor(context: HonoContextLike) {
    this.method = context.req.method;
    this.target = context.req.url;
    this.#context = context;
  }

  header(name: string): string | undefined {
    // Hono throws at a name that no header can have.
    return name.startsWith(':') ? undefined : this.#context.req.header(name);
  }

  begin(requestId: string, onEnd: ((end: VisitEnd) => void) | undefined): void {
    this.#context.header('x-request-id', requestId);
    this.#onEnd = onEnd;
  }

  answered(): void {
    const { req, res } = this.#context;
    const { aborted } = req.raw.signal;
    this.#onEnd?.({ status: res.status, route: routeOf(this.#context), body: undefined, aborted });
  }
}
