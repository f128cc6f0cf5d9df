import { open, rename, rm } from 'node:fs/promises';
import { threadId } from 'node:worker_threads';
import { processWide } from '../process-wide.ts';

/** Writes that this thread has begun: two of the same file must not share what is half done. */
const writes = processWide('writes/v1', () => ({ begun: 0 }));

/** Writes a file that is either whole or not there: another process may be reading the directory. */
export async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.${threadId}.${writes.begun++}.tmp`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
