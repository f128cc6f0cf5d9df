/** The thread that writes a store. */
import { parentPort, workerData } from 'node:worker_threads';
import { clearInterval, setImmediate, setInterval } from '../../../time.ts';
import type { Cleared } from '../event-store.ts';
import type { Stored } from '../write/open-block.ts';
import { StoreWriter, type WireReport, type WireRequest, type WriterOptions } from '../write/store-writer.ts';
import { toWire, type WireError } from './wire-error.ts';

/** How far the store is: readers take in what is new by it. */
export interface StoreState {
  /** The number that the next row gets. */
  readonly next: number;
  /** Grows when a file comes or goes. */
  readonly files: number;
}

/** To the writer. */
export type WriterCall = { readonly id: number; readonly ask: WireRequest | WireReport | 'clear' | 'close' };

/** From the writer. */
export interface WriterAnswer {
  /** Undefined: nobody asked. */
  readonly id?: number | undefined;
  readonly answer?: Stored | Cleared | undefined;
  readonly error?: WireError | undefined;
  readonly state?: StoreState | undefined;
  /** Of the store, when it has begun. */
  readonly storeId?: string | undefined;
}

/** One transaction takes requests of so many records together, or so many bytes. */
const MAX_ROWS = 4096;
const MAX_BYTES = 16 * 1024 * 1024;

/** How often files are looked at that may have to go. */
const RETENTION_MS = 10_000;

const port = parentPort as NonNullable<typeof parentPort>;
const post = (answer: WriterAnswer): void => port.postMessage(answer);

try {
  serve(new StoreWriter(workerData as WriterOptions));
} catch (error) {
  post({ error: toWire(error) });
}

function serve(writer: StoreWriter): void {
  const state = (): StoreState => ({ next: writer.next, files: writer.filesVersion });
  let waiting: { readonly id: number; readonly request: WireRequest | WireReport }[] = [];
  let isScheduled = false;

  const removeOld = (): void => {
    if (writer.removeOld()) post({ state: state() });
  };
  const retention = setInterval(removeOld, RETENTION_MS);

  const write = (): void => {
    isScheduled = false;
    const { filesVersion } = writer;
    for (const group of groupsOf(waiting)) writeGroup(group);
    waiting = [];
    // Behind the answers: who waits for these must not wait for files to be removed.
    if (writer.filesVersion !== filesVersion) setImmediate(removeOld);
  };

  const writeGroup = (group: typeof waiting): void => {
    try {
      const stored = writer.ingest(group.map(({ request }) => request));
      for (const [at, { id }] of group.entries()) post({ id, answer: stored[at], state: state() });
    } catch (error) {
      // One that cannot be read must not cost the others.
      if (group.length > 1) for (const one of group) writeGroup([one]);
      else post({ id: group[0]?.id, error: toWire(error), state: state() });
    }
  };

  const clear = (id: number): void => {
    try {
      const answer = writer.clear();
      post({ id, answer, state: state() });
    } catch (error) {
      post({ id, error: toWire(error), state: state() });
    }
  };

  port.on('message', ({ id, ask }: WriterCall) => {
    if (ask === 'close') {
      if (isScheduled) write();
      clearInterval(retention);
      writer.close();
      post({ id });
      port.close();
      return;
    }
    if (ask === 'clear') {
      // What came before goes too.
      if (isScheduled) write();
      clear(id);
      return;
    }
    waiting.push({ id, request: ask });
    if (!isScheduled) setImmediate(write);
    isScheduled = true;
  });
  post({ state: state(), storeId: writer.id });
  removeOld();
}

/** Requests that go into one transaction each. */
function* groupsOf<T extends { readonly request: WireRequest | WireReport }>(
  waiting: readonly T[],
): Generator<T[]> {
  let group: T[] = [];
  let [rows, bytes] = [0, 0];
  for (const one of waiting) {
    rows += one.request.count;
    bytes += one.request.bytes.length;
    if (group.length > 0 && (rows > MAX_ROWS || bytes > MAX_BYTES)) {
      yield group;
      group = [];
      rows = one.request.count;
      bytes = one.request.bytes.length;
    }
    group.push(one);
  }
  if (group.length > 0) yield group;
}
