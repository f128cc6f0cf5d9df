import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeVisit } from './node-visit.ts';
import type { RequestContextOptions } from './request-context-options.ts';
import { RequestContexts } from './request-contexts.ts';

export type { RequestContextOptions, RequestEventOptions, RequestUser } from './request-context-options.ts';

/** What is read of Express' request. */
interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown };
}

/**
 * Makes a middleware for Express 5: `app.use(requestContext({ events }))`. What comes after it, error handlers
 * included, runs in the context of the request.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function requestContext<Request extends IncomingMessage = IncomingMessage>(
  options: RequestContextOptions<Request>,
): (request: Request, response: ServerResponse, next: () => void) => void {
  const contexts = new RequestContexts(options);
  return (request, response, next) => {
    contexts.run(new ExpressVisit(request, response), request, () => next());
  };
}

class ExpressVisit extends NodeVisit {
  readonly #request: ExpressRequest;

  constructor(request: ExpressRequest, response: ServerResponse) {
    // Inside a router `url` is what is left of it.
    super(request, response, request.originalUrl ?? request.url);
    this.#request = request;
  }

  protected override route(): string | undefined {
    const path = this.#request.route?.path;
    return typeof path === 'string' ? (this.#request.baseUrl ?? '') + path : undefined;
  }
}
