import { withoutTracing } from '../../otlp/http/without-tracing.ts';

/** How one attempt of the SDK's exporter ended. */
export interface ExportReport {
  /** How many of the batch the destination refused although it answered 200 (OTLP partial success). */
  readonly refused: number;
  /** Why nothing of the batch was taken; `status` is the HTTP status where there was one. */
  readonly failure?: { readonly message: string; readonly status: number | undefined };
}

/** How an SDK's exporter answers; 0 is success. */
interface ExportResult {
  readonly code: number;
  readonly error?: Error;
}

/** The part of an SDK's exporter that is used. */
export interface InnerExporter<T> {
  export(items: T[], callback: (result: ExportResult) => void): void;
  shutdown(): Promise<void>;
}

/** A batch larger than this is split: collectors refuse bodies over 20 MiB, and the whole batch with them. */
const MAX_REQUEST_BYTES = 8 * 1024 * 1024;

/** The HTTP status of a body that is too large. */
const TOO_LARGE = 413;

/**
 * Stands between a batch processor and its exporter and tells what became of every batch: the processors
 * report a failed batch to nobody. They are told that all went well, since `BatchLogRecordProcessor` 3.1
 * stops for good when an export fails during `forceFlush`. Sends one request at a time, because the span
 * processor starts all batches at once and the exporter then refuses some.
 */
export class AccountingExporter<T> {
  readonly #inner: InnerExporter<T>;
  readonly #sizeOf: (item: T) => number;
  readonly #onExported: (items: readonly T[], report: ExportReport) => void;
  #tail: Promise<void> = Promise.resolve();
  #refused = 0;

  constructor(
    inner: InnerExporter<T>,
    sizeOf: (item: T) => number,
    onExported: (items: readonly T[], report: ExportReport) => void,
  ) {
    this.#inner = inner;
    this.#sizeOf = sizeOf;
    this.#onExported = onExported;
    this.#watchPartialSuccess();
  }

  export(items: T[], callback: (result: ExportResult) => void): void {
    this.#tail = this.#tail.then(async () => {
      for (const part of this.#split(items)) await this.#deliver(part);
      callback({ code: 0 });
    });
  }

  async forceFlush(): Promise<void> {
    await this.#tail;
  }

  async shutdown(): Promise<void> {
    await this.#tail;
    await this.#inner.shutdown();
  }

  /** In halves, if together they are too large for the destination: one item is not to take others along. */
  async #deliver(items: T[]): Promise<void> {
    const report = await this.#send(items);
    if (report.failure?.status !== TOO_LARGE || items.length === 1) return this.#onExported(items, report);
    const middle = Math.ceil(items.length / 2);
    await this.#deliver(items.slice(0, middle));
    await this.#deliver(items.slice(middle));
  }

  #send(items: T[]): Promise<ExportReport> {
    this.#refused = 0;
    return new Promise((resolve) => {
      withoutTracing(() =>
        this.#inner.export(items, ({ code, error }) => {
          if (code === 0) return resolve({ refused: Math.min(this.#refused, items.length) });
          const status = (error as { code?: unknown } | undefined)?.code;
          resolve({
            refused: 0,
            failure: {
              message: error?.message ?? 'export failed',
              status: typeof status === 'number' ? status : undefined,
            },
          });
        }),
      );
    });
  }

  #split(items: T[]): T[][] {
    const parts: T[][] = [[]];
    let bytes = 0;
    for (const item of items) {
      const size = this.#sizeOf(item);
      const last = parts.at(-1) as T[];
      if (last.length > 0 && bytes + size > MAX_REQUEST_BYTES) {
        parts.push([item]);
        bytes = size;
      } else {
        last.push(item);
        bytes += size;
      }
    }
    return parts;
  }

  /**
   * The exporter only writes a partial success to `diag`. Its response handler is private, but the version
   * is pinned and bundled, and a test fails when this stops working.
   */
  #watchPartialSuccess(): void {
    const { _delegate: delegate } = this.#inner as { _delegate?: { _responseHandler: unknown } };
    if (delegate === undefined) return;
    delegate._responseHandler = {
      handleResponse: (response: PartialSuccessResponse | undefined) => {
        const { rejectedLogRecords, rejectedSpans } = response?.partialSuccess ?? {};
        this.#refused = Number(rejectedLogRecords ?? rejectedSpans ?? 0);
      },
    };
  }
}

interface PartialSuccessResponse {
  readonly partialSuccess?: {
    readonly rejectedLogRecords?: number | string;
    readonly rejectedSpans?: number | string;
  };
}
