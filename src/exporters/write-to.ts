import { setImmediate } from '../time.ts';

/** Resolves when a stream of the host has written; its failure is for the caller, and never ends the process. */
export function writeTo(stream: NodeJS.WritableStream, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    // Without a listener a failure of the stream would end the process, however late it comes.
    const ignore = (): void => {};
    stream.on('error', ignore);
    stream.write(data, (error?: Error | null) => {
      // The stream tells its listeners after its callbacks.
      setImmediate(() => stream.off('error', ignore));
      if (error) reject(error);
      else resolve();
    });
  });
}
