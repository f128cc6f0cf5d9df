import { once } from 'node:events';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { Output } from '../output/output.ts';

/** Where an export goes. */
export interface Sink {
  /** @param part - whole lines, or bytes of any kind @throws what the file system throws, or BrokenPipe */
  write(part: string | Uint8Array): Promise<void>;
  end(): Promise<void>;
  /** Nothing is left of it. */
  abort(): void;
}

/** Standard output, or a file that is there only when it is whole. */
export function openSink(file: string | undefined): Sink {
  return file === undefined ? outputSink() : fileSink(file);
}

function outputSink(): Sink {
  const output = new Output();
  return {
    // The output itself ends lines.
    write: (part) =>
      typeof part === 'string' ? output.document(part.replace(/\n$/, '')) : output.bytes(part),
    end: () => output.flush(),
    abort: () => {},
  };
}

function fileSink(file: string): Sink {
  const partial = `${file}.partial`;
  const stream = createWriteStream(partial, { mode: 0o600, highWaterMark: 256 * 1024 });
  let error: unknown;
  stream.on('error', (cause) => {
    error = cause;
  });
  return {
    async write(part) {
      if (error !== undefined) throw error;
      if (!stream.write(part)) await once(stream, 'drain');
    },
    async end() {
      stream.end();
      await finished(stream);
      renameSync(partial, file);
    },
    abort() {
      stream.destroy();
      rmSync(partial, { force: true });
    },
  };
}
