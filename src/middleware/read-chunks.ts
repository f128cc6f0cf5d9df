import { GrowingBuffer, gatherBytes } from '../gather-bytes.ts';
import { clearTimeout, setTimeout } from '../time.ts';
import { ApiRefusal } from './api-refusal.ts';

/**
 * Reads a body, in bounded memory and time.
 * @throws ApiRefusal 400, 408, 413
 */
export async function readChunks(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  timeoutMs: number,
): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const refusal = new ApiRefusal(408, 'BODY_TOO_SLOW', 'the body did not come in time', { isUnread: true });
    timer = setTimeout(() => reject(refusal), timeoutMs);
  });
  try {
    return await Promise.race([collect(chunks, maxBytes), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const buffer = new GrowingBuffer({ maxBytes });
  try {
    if (await gatherBytes(chunks, buffer)) return buffer.take();
  } catch {
    throw new ApiRefusal(400, 'BODY_UNREADABLE', 'the body could not be read', { isUnread: true });
  }
  throw tooLarge(maxBytes);
}

export function tooLarge(maxBytes: number): ApiRefusal {
  const message = `the body is larger than ${maxBytes} bytes`;
  return new ApiRefusal(413, 'BODY_TOO_LARGE', message, { isUnread: true });
}
