import type { Signal } from '../../otlp/wire/batch.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import type { EventStore } from '../store/event-store.ts';
import { readLines } from './read-lines.ts';
import { readGoodRecords } from './read-request.ts';
import type { ReadOptions } from './read-unpacked.ts';

export interface ImportOptions extends ReadOptions {
  /** Ends the reading; what was read by then is stored. */
  readonly signal?: AbortSignal | undefined;
  /** Told what is stored so far, also of a file whose reading ends with an error. */
  readonly onStored?: ((stored: StoredSoFar) => void) | undefined;
}

/** What the store has of a file. */
export type StoredSoFar = Pick<ImportedFile, 'stored' | 'repeated' | 'metricPoints'>;

/** What became of a file. */
export interface ImportedFile {
  /** Log records and spans. */
  readonly stored: number;
  /** Those that the store had already. */
  readonly repeated: number;
  /** Data points of metrics, which are counted and not kept. */
  readonly metricPoints: number;
  /** Lines of which something could not be read: half ones of a crash, and what is no OTLP. */
  readonly skipped: number;
  /** Records that are no OTLP, in lines whose others were stored. */
  readonly skippedRecords: number;
  /** Whether the last of these has no end: it may be written further. */
  readonly isHalf: boolean;
  /** Up to where it was read, in bytes: behind the last line that is whole. */
  readonly end: number;
}

/** Requests of one line are put together to requests of so much. */
const MAX_COUNT = 1000;
const MAX_BYTES = 1024 * 1024;

/** Requests that are read ahead of the store. */
const MAX_IN_FLIGHT = 4;

/** Stores the lines of OTLP/JSON that a file holds, as a collector writes them. @throws what the file system and the store throw */
export async function importFile(
  store: EventStore,
  file: string,
  options: ImportOptions = {},
): Promise<ImportedFile> {
  const ingester = new Ingester(store, options.onStored);
  let [skipped, skippedRecords] = [0, 0];
  let isHalf = false;
  let end = options.from ?? 0;
  try {
    for await (const line of readLines(file, options)) {
      if (options.signal?.aborted) break;
      const { request, badRecords, ...content } = contentOf(line.bytes);
      const isDamaged = content.isDamaged || line.isBrokenOff === true;
      if (isDamaged) skipped++;
      skippedRecords += badRecords;
      isHalf = isDamaged && !line.isEnded;
      if (!isHalf) end = line.end;
      if (request !== undefined) await ingester.add(request, line.bytes?.length ?? 0);
    }
    return { ...(await ingester.end()), skipped, skippedRecords, isHalf, end };
  } catch (error) {
    // So that what is told of is all of what is stored.
    await ingester.settled();
    throw error;
  }
}

function contentOf(bytes: Buffer | undefined): ReturnType<typeof readGoodRecords> {
  if (bytes === undefined) return { request: undefined, isDamaged: true, badRecords: 0 };
  if (isBlank(bytes)) return { request: undefined, isDamaged: false, badRecords: 0 };
  return readGoodRecords(bytes);
}

function isBlank(bytes: Buffer): boolean {
  return bytes.length < 10 && bytes.toString('latin1').trim() === '';
}

interface Gathered {
  /** Messages of protobuf: put behind each other they are one message with the lists of all. */
  readonly parts: Uint8Array[];
  count: number;
  bytes: number;
}

class Ingester {
  readonly #store: EventStore;
  readonly #gathered = new Map<Signal, Gathered>();
  readonly #inFlight: Promise<void>[] = [];
  readonly #onStored: (stored: StoredSoFar) => void;
  #counts: StoredSoFar = { stored: 0, repeated: 0, metricPoints: 0 };

  constructor(store: EventStore, onStored: ImportOptions['onStored']) {
    this.#store = store;
    this.#onStored = onStored ?? (() => {});
  }

  async add(request: OtlpRequest, bytes: number): Promise<void> {
    const { signal, count } = request;
    const gathered = this.#gathered.get(signal) ?? { parts: [], count: 0, bytes: 0 };
    this.#gathered.set(signal, gathered);
    gathered.parts.push(request.protobuf());
    gathered.count += count;
    gathered.bytes += bytes;
    if (gathered.count >= MAX_COUNT || gathered.bytes >= MAX_BYTES) await this.#send(signal, gathered);
  }

  /** Resolves when all is stored. */
  async end(): Promise<StoredSoFar> {
    for (const [signal, gathered] of this.#gathered) await this.#send(signal, gathered);
    await Promise.all(this.#inFlight);
    return this.#counts;
  }

  /** Resolves when nothing is under way any more, whatever became of it. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
  }

  async #send(signal: Signal, gathered: Gathered): Promise<void> {
    this.#gathered.delete(signal);
    if (this.#inFlight.length >= MAX_IN_FLIGHT) await this.#inFlight.shift();
    const { parts, count } = gathered;
    const request = OtlpRequest.of({ signal, encoding: 'protobuf', bytes: Buffer.concat(parts), count });
    const stored = this.#store.ingest(request).then(({ stored, repeated }) => {
      const before = this.#counts;
      this.#counts = {
        stored: before.stored + stored,
        repeated: before.repeated + repeated,
        metricPoints: before.metricPoints + (signal === 'metrics' ? count : 0),
      };
      this.#onStored(this.#counts);
    });
    // It is told to who waits for it; until then nobody does.
    stored.catch(() => {});
    this.#inFlight.push(stored);
  }
}
