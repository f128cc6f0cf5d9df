import type { Worker } from 'node:worker_threads';
import { OtelEventsError } from '../../../errors.ts';
import type { EmittedReport } from '../../../otlp/emitted/emitted-report.ts';
import type { OtlpRequest } from '../../../otlp/wire/otlp-request.ts';
import type { Query, RowField } from '../../query/query.ts';
import type {
  Bounds,
  Cleared,
  EventStore,
  FacetOptions,
  FunnelOptions,
  GroupOptions,
  HistogramOptions,
  Ingested,
  LinesOptions,
  NewRowsOptions,
  PageOptions,
  RowId,
} from '../event-store.ts';
import type { QuestionName, Questions } from '../read/answer-question.ts';
import type { ReaderAnswer } from './reader-worker.ts';
import { flagFor } from './stop-flag.ts';
import { WorkerClient } from './worker-client.ts';
import { WriteFailures } from './write-failures.ts';
import type { StoreState, WriterAnswer } from './writer-worker.ts';

/**
 * The most bytes of requests that wait to be written: one of the largest that a receiver takes, and some beside it. Each is in
 * memory twice, here and with who sent it. Who is refused sends it again, sooner than the end of a longer queue would be reached.
 */
const MAX_WAITING_BYTES = 24 * 1024 * 1024;

const EVERYTHING = { range: {} };

/** A store whose writer and reader are in other threads: here questions only pass by. */
export class ThreadedStore implements EventStore {
  readonly #writer: WorkerClient<WriterAnswer>;
  readonly #reader: WorkerClient<ReaderAnswer>;
  readonly #listeners = new Set<() => void>();
  #state: StoreState = { next: 0, files: -1 };
  #restarts = 0;
  #waitingBytes = 0;
  readonly #failures = new WriteFailures();
  #isClosed = false;
  #id = '';

  constructor(startWriter: () => Worker, startReader: () => Worker) {
    const start = (): Worker => {
      // A new writer counts files from the beginning.
      this.#restarts++;
      return startWriter();
    };
    this.#writer = new WorkerClient(start, ({ state, storeId }) => {
      if (storeId !== undefined) this.#id = storeId;
      if (state !== undefined) this.#committed(state);
    });
    this.#reader = new WorkerClient(startReader);
  }

  /** The writer first: it makes the directory. */
  async begin(): Promise<void> {
    try {
      await this.#writer.begun();
      await this.#reader.begun();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  get id(): string {
    return this.#id;
  }

  async takeReport(report: EmittedReport): Promise<void> {
    if (this.#isClosed) throw unwritable('the store is closed');
    const wire = { report, bytes: new Uint8Array(), count: report.cells.length };
    await this.#failures.watch(0, this.#writer.ask(wire));
  }

  async ingest(request: OtlpRequest): Promise<Ingested> {
    if (this.#isClosed) throw unwritable('the store is closed');
    return this.#failures.watch(request.signal === 'metrics' ? 0 : request.count, this.#write(request));
  }

  async clear(): Promise<Cleared> {
    if (this.#isClosed) throw unwritable('the store is closed');
    return this.#writer.ask('clear');
  }

  async #write(request: OtlpRequest): Promise<Ingested> {
    const isJson = request.encoding === 'json';
    // A copy: the request goes on to others.
    const bytes = new Uint8Array(isJson ? request.bytes : request.protobuf());
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      throw unwritable(`${MAX_WAITING_BYTES} bytes wait to be written`);
    }
    const { signal, encoding, count } = request;
    const { length } = bytes;
    this.#waitingBytes += length;
    try {
      return await this.#writer.ask({ signal, encoding, bytes, count }, [bytes.buffer]);
    } finally {
      this.#waitingBytes -= length;
    }
  }

  page = (query: Query, options: PageOptions = {}) => this.#ask('page', { query, options });
  columns = (query: Query, options: PageOptions = {}) => this.#ask('columns', { query, options });
  lines = (query: Query, options: LinesOptions) => this.#ask('lines', { query, options });
  row = (id: RowId) => this.#ask('row', id);
  count = (query: Query, options: Bounds = {}) => this.#ask('count', { query, options });
  histogram = (query: Query, options: HistogramOptions) => this.#ask('histogram', { query, options });
  facets = (query: Query, options: FacetOptions) => this.#ask('facets', { query, options });
  group = (query: Query, options: GroupOptions) => this.#ask('group', { query, options });
  funnel = (query: Query, options: FunnelOptions) => this.#ask('funnel', { query, options });
  fields = (query: Query, options: Bounds = {}) => this.#ask('fields', { query, options });
  ledger = (range: Query['range']) => this.#ask('ledger', range);
  status = async () => ({ ...(await this.#ask('status', undefined)), writes: this.#failures.state });

  trace(traceId: string): ReturnType<EventStore['trace']> {
    const query = { ...EVERYTHING, where: isValue('trace', traceId.toLowerCase()) };
    return this.#ask('story', { query, options: { order: 'oldest' } });
  }

  story(
    by: 'session' | 'user' | 'conversation',
    id: string,
    options: PageOptions = {},
  ): ReturnType<EventStore['story']> {
    const query = { ...EVERYTHING, where: isValue(by, id) };
    return this.#ask('story', { query, options: { order: 'oldest', ...options } });
  }

  newRows = (query: Query, options: NewRowsOptions = {}) => this.#ask('newRows', { query, options });

  onCommit(listener: () => void): () => void {
    // The same function may be given twice.
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.clear();
    await this.#writer.close();
    await this.#reader.close();
  }

  #ask<Name extends QuestionName>(
    name: Name,
    given: Questions[Name]['given'],
  ): Promise<Questions[Name]['answer']> {
    if (this.#isClosed) {
      return Promise.reject(new OtelEventsError('STORE_FAILED', 'the store is closed'));
    }
    return this.#askReader(name, given);
  }

  /** A signal stays here: the reader sees a flag of it while it works. */
  async #askReader<Name extends QuestionName>(
    name: Name,
    given: Questions[Name]['given'],
  ): Promise<Questions[Name]['answer']> {
    const state = this.#state;
    const { options } = (given ?? {}) as { readonly options?: Bounds };
    if (options?.signal === undefined) return this.#reader.ask({ name, given, state });
    const { signal, ...rest } = options;
    const { flag, end } = flagFor(signal as AbortSignal);
    try {
      return await this.#reader.ask({
        name,
        given: { ...(given as object), options: rest },
        state,
        stop: flag,
      });
    } finally {
      end();
    }
  }

  #committed({ next, files }: StoreState): void {
    this.#state = { next, files: files + this.#restarts * 2 ** 32 };
    for (const listener of this.#listeners) listener();
  }
}

/** An id may be a number in the records. */
function isValue(name: RowField, id: string): Query['where'] {
  const field = { of: 'row', name } as const;
  const asText = { kind: 'compare', field, is: '=', value: id } as const;
  const number = Number(id);
  if (id.trim() === '' || String(number) !== id) return asText;
  return { kind: 'compare', field, is: '=', value: number, bare: id };
}

function unwritable(reason: string): OtelEventsError {
  return new OtelEventsError('STORE_UNWRITABLE', reason, { retry: {} });
}
