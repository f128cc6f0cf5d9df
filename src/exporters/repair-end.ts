import type { FileHandle } from 'node:fs/promises';

const LINE_BREAK = 0x0a;
const CHUNK_BYTES = 64 * 1024;

/**
 * Makes a file end with a whole line. A crash can leave half a line at the end: if it begins like one of ours,
 * it was never acknowledged and goes. Anything else is kept and only gets its line break.
 * @returns the size of the file afterwards, in bytes
 */
export async function repairEnd(handle: FileHandle, size: number, lineStart: string): Promise<number> {
  const tailAt = await lastLineBreak(handle, size);
  if (tailAt === size) return size;
  if (await isTornLine(handle, tailAt, size, Buffer.from(lineStart))) {
    await handle.truncate(tailAt);
    return tailAt;
  }
  await handle.appendFile('\n');
  return size + 1;
}

/** The place after the last line break, 0 if there is none. */
async function lastLineBreak(handle: FileHandle, size: number): Promise<number> {
  for (let end = size; end > 0; end -= CHUNK_BYTES) {
    const chunk = await read(handle, Math.max(0, end - CHUNK_BYTES), end);
    const at = chunk.lastIndexOf(LINE_BREAK);
    if (at >= 0) return end - chunk.length + at + 1;
  }
  return 0;
}

async function isTornLine(
  handle: FileHandle,
  start: number,
  end: number,
  lineStart: Buffer,
): Promise<boolean> {
  const head = await read(handle, start, Math.min(end, start + lineStart.length));
  if (!lineStart.subarray(0, head.length).equals(head)) return false;
  return !isJson(await read(handle, start, end));
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

async function read(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}
