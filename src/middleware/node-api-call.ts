import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import { pourStream } from '../serve/pour-stream.ts';
import { clearTimeout, setTimeout } from '../time.ts';
import type { ApiAnswer, ApiCall } from './api-call.ts';

/** What of a request of Node is used beside its stream. */
export interface NodeApiSource<Request> {
  readonly request: Request;
  readonly incoming: IncomingMessage;
  /** What a parser of the app has left; an empty object is what some leave of what they do not know. */
  readonly parsed: unknown;
  /** Where the body comes from, if not from `incoming`. */
  readonly payload?: AsyncIterable<Uint8Array> | undefined;
}

/** A request to a server of Node, also beneath a framework. */
export class NodeApiCall<Request> implements ApiCall<Request> {
  readonly request: Request;
  readonly method: string;
  readonly #incoming: IncomingMessage;
  readonly #parsed: unknown;
  readonly #payload: AsyncIterable<Uint8Array> | undefined;

  constructor({ request, incoming, parsed, payload }: NodeApiSource<Request>) {
    this.request = request;
    this.method = incoming.method ?? '';
    this.#incoming = incoming;
    this.#parsed = parsed;
    this.#payload = payload;
  }

  get remoteAddress(): string | undefined {
    return this.#incoming.socket?.remoteAddress;
  }

  header(name: string): string | undefined {
    const value = this.#incoming.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  get isBodyTaken(): boolean {
    if (this.#payload !== undefined) return false;
    return this.#incoming.readableDidRead || !isNothing(this.#parsed);
  }

  takenBody(): unknown {
    return this.#parsed ?? '';
  }

  chunks(): AsyncIterable<Uint8Array> {
    return this.#payload ?? this.#incoming;
  }

  isClosing(): boolean {
    // Not of the public interface, but there since the first days of Node.
    const { server } = this.#incoming.socket as { server?: { readonly listening?: boolean } };
    return server?.listening === false;
  }
}

/** What is left of a body is passed over for so long, in milliseconds: whoever still sends reads no answer. */
const PASS_OVER_MS = 1000;

/** Sends an answer; a stream until it is over. Never rejects: what goes wrong ends at most the connection. */
export async function answerWith(
  incoming: IncomingMessage,
  response: ServerResponse,
  answer: ApiAnswer,
): Promise<void> {
  // An error that nobody listens for ends the process.
  incoming.on('error', ignore);
  response.on('error', ignore);
  try {
    if (answer.isUnread) await passOver(incoming);
    await send(incoming, response, answer);
  } catch {
    if (typeof answer.body === 'object') answer.body.close();
    response.destroy();
  }
}

async function send(
  incoming: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: ApiAnswer,
): Promise<void> {
  if (response.headersSent || response.destroyed) {
    // Somebody else has answered, or nobody is there.
    if (typeof body === 'object') body.close();
    return;
  }
  // A server that closes would wait for the connection to be used again.
  if (!incoming.complete || typeof body === 'object') response.shouldKeepAlive = false;
  response.writeHead(status, headers);
  if (typeof body !== 'object') response.end(body);
  else await pourStream(body, response);
}

function ignore(): void {}

function isNothing(parsed: unknown): boolean {
  return parsed === undefined || (typeof parsed === 'object' && Object.keys(parsed ?? {}).length === 0);
}

async function passOver(incoming: IncomingMessage): Promise<void> {
  if (incoming.readableEnded || incoming.destroyed) return;
  incoming.resume();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, PASS_OVER_MS);
    finished(incoming, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
