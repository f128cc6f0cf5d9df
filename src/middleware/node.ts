import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeVisit } from './node-visit.ts';
import type { RequestContextOptions } from './request-context-options.ts';
import { RequestContexts } from './request-contexts.ts';

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
