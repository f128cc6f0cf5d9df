import type { ServerResponse } from 'node:http';

/** Writes to a response, and waits while its client does not read. Rejects with `signal.reason`. */
export async function writeTo(
  response: ServerResponse,
  part: string | Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  if (response.write(part)) return;
  await new Promise<void>((resolve, reject) => {
    const done = (): void => {
      response.off('drain', done);
      signal.removeEventListener('abort', leave);
      resolve();
    };
    const leave = (): void => {
      response.off('drain', done);
      reject(signal.reason);
    };
    response.once('drain', done);
    signal.addEventListener('abort', leave, { once: true });
  });
}
