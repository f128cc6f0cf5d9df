import type { StreamClient } from '../serve/stream-client.ts';
import type { ApiAnswer, ApiCall } from './api-call.ts';

/** What is known of a request where there may be no server of Node. */
export interface WebApiSource<Request> {
  readonly request: Request;
  readonly raw: globalThis.Request;
  /** What the app has read of the body, if it has. */
  readonly taken: (() => Promise<unknown>) | undefined;
  readonly remoteAddress: string | undefined;
  readonly isClosing: () => boolean;
}

/** A request in the form of the web's standards. */
export class WebApiCall<Request> implements ApiCall<Request> {
  readonly request: Request;
  readonly method: string;
  readonly remoteAddress: string | undefined;
  readonly isClosing: () => boolean;
  readonly #raw: globalThis.Request;
  readonly #taken: (() => Promise<unknown>) | undefined;

  constructor({ request, raw, taken, remoteAddress, isClosing }: WebApiSource<Request>) {
    this.request = request;
    this.method = raw.method;
    this.remoteAddress = remoteAddress;
    this.isClosing = isClosing;
    this.#raw = raw;
    this.#taken = taken;
  }

  header(name: string): string | undefined {
    // It throws at a name that no header can have.
    return name.startsWith(':') ? undefined : (this.#raw.headers.get(name) ?? undefined);
  }

  get isBodyTaken(): boolean {
    return this.#taken !== undefined;
  }

  takenBody(): unknown {
    return this.#taken?.();
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    if (this.#raw.body !== null) yield* this.#raw.body;
  }
}

/** The body of an answer; a stream ends when its client goes. */
export function webBody({ body }: ApiAnswer): string | ReadableStream | null {
  return typeof body === 'object' ? readable(body) : (body ?? null);
}

function readable(client: StreamClient): ReadableStream {
  return new ReadableStream(
    {
      start(controller) {
        // It throws where the client has gone.
        client.closed.then(() => controller.close()).catch(() => {});
      },
      async pull(controller) {
        const part = await client.next();
        if (part !== undefined) controller.enqueue(part);
      },
      cancel: () => client.close(),
    },
    // Nothing is taken before it is asked for.
    { highWaterMark: 0 },
  );
}
