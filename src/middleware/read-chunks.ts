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
  const read: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length > maxBytes) throw tooLarge(maxBytes);
      read.push(chunk);
    }
  } catch (error) {
    if (error instanceof ApiRefusal) throw error;
    throw new ApiRefusal(400, 'BODY_UNREADABLE', 'the body could not be read', { isUnread: true });
  }
  return Buffer.concat(read, length);
}

export function tooLarge(maxBytes: number): ApiRefusal {
  const message = `the body is larger than ${maxBytes} bytes`;
  return new ApiRefusal(413, 'BODY_TOO_LARGE', message, { isUnread: true });
}
