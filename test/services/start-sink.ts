import { EventEmitter, on } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

export interface SinkRequest {
  readonly url: string;
  /** Uncompressed. */
  readonly body: Buffer;
}

/** An HTTP endpoint that answers 200 to everything and remembers it. */
export interface Sink {
  readonly endpoint: string;
  readonly port: number;
  /** The next request, in the order of arrival; rejects when none comes within 20 s. */
  next(): Promise<SinkRequest>;
}

const NEXT_TIMEOUT_MS = 20_000;

/** Starts a sink on 127.0.0.1, on a free port or the given one; it stops after the test. */
export async function startSink(t: TestContext, port = 0): Promise<Sink> {
  const arrivals = new EventEmitter();
  const requests = on(arrivals, 'request');
  const server = createServer(async (request, response) => {
    const raw = await buffer(request);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    response.end();
    arrivals.emit('request', { url: request.url ?? '', body } satisfies SinkRequest);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    endpoint: `http://127.0.0.1:${bound}`,
    port: bound,
    next: async () => {
      const late = delay(NEXT_TIMEOUT_MS, undefined, { ref: false }).then(() => {
        throw new Error(`no request within ${NEXT_TIMEOUT_MS} ms`);
      });
      const { value } = await Promise.race([requests.next(), late]);
      return value?.[0] as SinkRequest;
    },
  };
}
