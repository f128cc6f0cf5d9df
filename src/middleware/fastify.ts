import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeVisit } from './node-visit.ts';
import type { RequestContextOptions } from './request-context-options.ts';
import { RequestContexts } from './request-contexts.ts';

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
