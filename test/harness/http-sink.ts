import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as a sink got it. */
export interface SinkRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answers a request; the default is an empty 200. */
export type Answer = (request: SinkRequest, response: ServerResponse, index: number) => void;

/** A real HTTP server on loopback that keeps what it is sent. */
export interface HttpSink extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SinkRequest[];
  /** Resolves when so many requests have come; the test's own time-out is the bound. */
  arrived(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function httpSink(
  answer: Answer = (_, response) => response.end(),
  port = 0,
  /** Called when the head of a request has come; its body may still be on the way. */
  onHead: (incoming: IncomingMessage) => void = () => {},
): Promise<HttpSink> {
  const requests: SinkRequest[] = [];
  const waiters: { count: number; resolve: () => void }[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    onHead(incoming);
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const request = { method, path, headers, body: Buffer.concat(chunks) };
      requests.push(request);
      answer(request, response, requests.length - 1);
      for (const { count, resolve } of waiters) if (requests.length >= count) resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    arrived(count) {
      if (requests.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiters.push({ count, resolve }));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
