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

/**
 * Makes a middleware for servers of `node:http`, and for whatever calls `(request, response, next)`, such as
 * connect. What `next` does, and all it causes, runs in the context of the request.
 *
 * @example
 * const inContext = requestContext({ events });
 * createServer((request, response) => inContext(request, response, () => handle(request, response)));
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function requestContext<Request extends IncomingMessage = IncomingMessage>(
  options: RequestContextOptions<Request>,
): (request: Request, response: ServerResponse, next: () => unknown) => void {
  const contexts = new RequestContexts(options);
  return (request, response, next) => {
    contexts.run(new NodeVisit(request, response), request, next);
  };
}

/**
 * Makes the routes for events, for servers of `node:http` and for connect. `next` is called for all other
 * paths; without it they are not found. `close` ends the streams at once; they also end when the server closes.
 *
 * @example
 * const api = eventsApi({ events });
 * createServer((request, response) => api(request, response, () => handle(request, response)));
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function eventsApi<Request extends IncomingMessage = IncomingMessage>(
  options: EventsApiOptions<Request>,
): ((request: Request, response: ServerResponse, next?: () => unknown) => void) & { close(): void } {
  const api = new EventsApi(options);
  const handle = (request: Request, response: ServerResponse, next?: () => unknown): void => {
    const action = api.actionOf(pathOf(request.url ?? ''));
    if (action !== undefined) {
      const parsed = (request as { body?: unknown }).body;
      const call = new NodeApiCall({ request, incoming: request, parsed });
      void api.answer(call, action).then((answer) => answerWith(request, response, answer));
    } else if (next !== undefined) next();
    else response.writeHead(404).end();
  };
  return Object.assign(handle, { close: () => api.close() });
}
