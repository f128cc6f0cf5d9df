import type { IncomingMessage, ServerResponse } from 'node:http';
import { EventsApi } from './events-api.ts';
import type { EventsApiOptions } from './events-api-options.ts';
import { answerWith, NodeApiCall } from './node-api-call.ts';
import { NodeVisit } from './node-visit.ts';
import { pathOf } from './path-of.ts';
import type { RequestContextOptions } from './request-context-options.ts';
import { RequestContexts } from './request-contexts.ts';

export type { ProxyHeader, TrustProxy } from './client-address.ts';
export type { ApiAction, Authorization, EventsApiOptions } from './events-api-options.ts';
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

/**
 * Makes the routes for events, for Express 5: `app.use(eventsApi({ events }))`; paths count from where it is
 * mounted. Bodies that a parser before it has read are taken as they are. `close` ends the streams at once;
 * they also end when the server closes.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function eventsApi<Request extends IncomingMessage = IncomingMessage>(
  options: EventsApiOptions<Request>,
): ((request: Request, response: ServerResponse, next: () => void) => void) & { close(): void } {
  const api = new EventsApi(options);
  const handle = (request: Request, response: ServerResponse, next: () => void): void => {
    const action = api.actionOf(pathOf(request.url ?? ''));
    if (action === undefined) {
      next();
      return;
    }
    const parsed = (request as { body?: unknown }).body;
    const call = new NodeApiCall({ request, incoming: request, parsed });
    void api.answer(call, action).then((answer) => answerWith(request, response, answer));
  };
  return Object.assign(handle, { close: () => api.close() });
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
