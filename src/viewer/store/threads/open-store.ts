import { checkOptions, path as filledPath, oneOf, whole } from '../../../options.ts';
import { workerBeside } from '../../../worker-beside.ts';
import type { EventStore } from '../event-store.ts';
import type { Synchronous } from '../file/event-file.ts';
import type { ReaderOptions } from '../read/read-store.ts';
import type { Caps } from '../write/caps.ts';
import type { WriterOptions } from '../write/store-writer.ts';
import { ThreadedStore } from './threaded-store.ts';

export interface StoreOptions extends Caps {
  /** Made if it is not there, for this user only. */
  readonly directory: string;
  /**
   * `normal`: what is acknowledged outlives a crash of the process; a power failure may take the last of it. `full`: that
   * as well. Default `normal`.
   */
  readonly synchronous?: Synchronous | undefined;
  /** What readers may hold of columns and rows, in bytes. Default 48 MiB. */
  readonly cacheBytes?: number | undefined;
  /** Rows of a block and of a file, for a new store. Default 8,192 and 262,144. */
  readonly blockRows?: number | undefined;
  readonly fileRows?: number | undefined;
}

/** The most rows of a block: places in it have 16 bits. */
const MAX_BLOCK_ROWS = 65_536;

const CHECKS = {
  directory: filledPath,
  synchronous: oneOf('normal', 'full'),
  maxBytes: whole(1),
  maxAgeMs: whole(1),
  cacheBytes: whole(0),
  blockRows: {
    wanted: `a whole number from 1 to ${MAX_BLOCK_ROWS}`,
    accepts: (value: unknown) => whole(1).accepts(value) && (value as number) <= MAX_BLOCK_ROWS,
  },
  fileRows: whole(1),
};

/** The heaps of the threads, in MB. Columns lie outside of them. */
const HEAP = {
  writer: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 },
  reader: { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16 },
};

/**
 * Opens a store, or makes one. Writing and reading are in threads of their own.
 * @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID`, `STORE_UNAVAILABLE`, `STORE_IN_USE`, `STORE_UNWRITABLE`,
 *   `STORE_VERSION`
 */
export async function openStore(options: StoreOptions): Promise<EventStore> {
  checkOptions(options, CHECKS, { caller: 'openStore' });
  const { directory, synchronous = 'normal', maxBytes, maxAgeMs, cacheBytes = 48 * 1024 * 1024 } = options;
  const { blockRows = 8192, fileRows = 262_144 } = options;
  const writerOptions: WriterOptions = { directory, synchronous, maxBytes, maxAgeMs, blockRows, fileRows };
  const readerOptions: ReaderOptions = { directory, cacheBytes };
  const store = new ThreadedStore(
    () =>
      workerBeside(import.meta, './writer-worker', {
        workerData: writerOptions,
        resourceLimits: HEAP.writer,
      }),
    () =>
      workerBeside(import.meta, './reader-worker', {
        workerData: readerOptions,
        resourceLimits: HEAP.reader,
      }),
  );
  await store.begin();
  return store;
}
