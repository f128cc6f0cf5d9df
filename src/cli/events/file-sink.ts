import { once } from 'node:events';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { Output } from '../output/output.ts';

/** Where an export goes. */
export interface Sink {
  /** @throws what the file system throws, or BrokenPipe */
  line(text: string): Promise<void>;
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
  return { line: (text) => output.document(text), end: () => output.flush(), abort: () => {} };
}

function fileSink(file: string): Sink {
  const partial = `${file}.partial`;
  const stream = createWriteStream(partial, { mode: 0o600, highWaterMark: 256 * 1024 });
  let error: unknown;
  stream.on('error', (cause) => {
    error = cause;
  });
  return {
    async line(text) {
      if (error !== undefined) throw error;
      if (!stream.write(`${text}\n`)) await once(stream, 'drain');
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
