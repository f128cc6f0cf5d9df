import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';

/** Stands between an app and a collector. */
export interface ForgetfulProxy {
  readonly endpoint: string;
  /** Resolves when the collector has answered the first request, of which the app is never told. */
  readonly forgotten: Promise<void>;
  /** From then on nothing passes until this is called. */
  resume(): void;
}

/** Starts a proxy that loses the first answer; it stops after the test. */
export async function startForgetfulProxy(t: TestContext, target: string): Promise<ForgetfulProxy> {
  const { promise: forgotten, resolve: forget } = Promise.withResolvers<void>();
  let state: 'first' | 'shut' | 'open' = 'first';
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const isFirst = state === 'first';
    if (isFirst) state = 'shut';
    if (state === 'shut' && !isFirst) return void outgoing.destroy();
    const { status, body } = await handOn(incoming, target);
    if (!isFirst) return void outgoing.writeHead(status).end(body);
    outgoing.destroy();
    forget();
  };
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    forgotten,
    resume: () => {
      state = 'open';
    },
  };
}

/** The body is not compressed: the app is on the same machine and was not told to. */
async function handOn(incoming: IncomingMessage, target: string): Promise<{ status: number; body: Buffer }> {
  const response = await fetch(`${target}${incoming.url}`, {
    method: 'POST',
    headers: { 'content-type': incoming.headers['content-type'] ?? '' },
    body: await buffer(incoming),
  });
  return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
}
