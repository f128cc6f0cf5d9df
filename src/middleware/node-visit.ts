import { AsyncResource } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Visit, VisitEnd } from './visit.ts';

/** A request to a server of `node:http`, `node:https` or `node:http2`, also beneath a framework. */
export class NodeVisit implements Visit {
  readonly method: string;
  readonly target: string;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse, target = request.url) {
    this.method = request.method ?? '';
    this.target = target ?? '';
    this.#request = request;
    this.#response = response;
  }

  get remoteAddress(): string | undefined {
    return this.#request.socket?.remoteAddress;
  }

  get givenRequestId(): string | undefined {
    const given = this.#response.getHeader('x-request-id');
    return typeof given === 'string' ? given : undefined;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  begin(requestId: string, onEnd: ((end: VisitEnd) => void) | undefined): void {
    this.answerWith(requestId);
    // What the socket causes, such as the end of a body or of the connection, happens in no request's context.
    const context = new AsyncResource('otel-events.request', { requireManualDestroy: true });
    bindEmitter(this.#request, context);
    bindEmitter(this.#response, context);
    if (onEnd !== undefined) this.#watch(onEnd);
  }

  /** Puts the request id on the response. */
  protected answerWith(requestId: string): void {
    if (!this.#response.headersSent) this.#response.setHeader('x-request-id', requestId);
  }

  protected route(): string | undefined {
    return undefined;
  }

  protected body(): unknown {
    return (this.#request as { body?: unknown }).body;
  }

  #watch(onEnd: (end: VisitEnd) => void): void {
    const response = this.#response;
    let hasEnded = false;
    const end = (aborted: boolean): void => {
      if (hasEnded) return;
      hasEnded = true;
      const status = response.headersSent ? response.statusCode : undefined;
      onEnd({ status, route: this.route(), body: this.body(), aborted });
    };
    response.once('finish', () => end(false));
    response.once('close', () => end(true));
  }
}

/** From now on its listeners run in an async context, whoever makes it emit. */
function bindEmitter(emitter: EventEmitter, context: AsyncResource): void {
  const emit = emitter.emit;
  emitter.emit = (name, ...args) => context.runInAsyncScope(emit, emitter, name, ...args);
}
