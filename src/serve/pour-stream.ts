import type { ServerResponse } from 'node:http';
import { clearTimeout, setTimeout } from '../time.ts';
import type { StreamClient } from './stream-client.ts';

/** A stream that is over waits so long for its client to take the rest, in milliseconds. */
const END_MS = 1000;

/** Sends a stream until its client or its server ends it. */
export async function pourStream(client: StreamClient, response: ServerResponse): Promise<void> {
  response.once('close', () => client.close());
  void destroyAfter(client, response);
  for (;;) {
    const part = await client.next();
    if (part === undefined) break;
    if (!response.write(part)) await drained(response);
  }
  response.end();
}

/** Destroys the response of a stream that is over, if its client does not take what it was sent. */
export async function destroyAfter({ closed }: StreamClient, response: ServerResponse): Promise<void> {
  await closed;
  const timer = setTimeout(() => response.destroy(), END_MS).unref();
  response.once('close', () => clearTimeout(timer));
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
