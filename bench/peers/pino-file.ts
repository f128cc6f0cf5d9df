import { once } from 'node:events';
import path from 'node:path';
import { pino } from 'pino';
import type { Contender } from '../contenders/contender.ts';
import { NAME, numberedData } from '../event.ts';

export interface PinoFileOptions {
  /** The file's name in the contender's directory. */
  readonly file: string;
  /**
   * False is the default destination, which writes each line in the call: the cheaper in CPU. True is pino's
   * "asynchronous logging" as its documentation sets it up, "the minimum overhead" for the caller.
   */
  readonly asynchronous: boolean;
}

/** pino to a file on the main thread; nothing is sent anywhere. */
export function start(_sinkUrl: string, directory: string, options: PinoFileOptions): Contender {
  const dest = path.join(directory, options.file);
  const destination = pino.destination(
    options.asynchronous ? { dest, minLength: 4096, sync: false } : { dest, sync: true },
  );
  const logger = pino(destination);
  const flush = (): Promise<void> =>
    new Promise((resolve, reject) => {
      destination.flush((error) => (error ? reject(error) : resolve()));
    });
  return {
    log: (seq) => logger.info(numberedData(seq), NAME),
    flush,
    close: async () => {
      // What `flush` leaves behind when it meets a write, less than `minLength`, is written at the end.
      destination.end();
      await once(destination, 'close');
    },
  };
}
