import { OtelEventsError } from '../errors.ts';
import { clearTimeout, setTimeout } from '../time.ts';
import { isNoDirectory, NO_DIRECTORY } from './disk/no-directory.ts';

const MAX_RETRY_MS = 5_000;

/** What a {@link WriteOutage} needs. */
export interface WriteOutageOptions {
  /** The first wait; it doubles up to 5 s. */
  readonly retryMs: number;
  /** The configured one, for the message; undefined: there are no files. */
  readonly directory: string | undefined;
  readonly onError: (error: OtelEventsError) => void;
  /** Called before anything else is done about a failure. */
  readonly onFailure: () => void;
  readonly retry: () => void;
}

/** An outage of a spool's directory: a failure is reported once, and tried again until it works. */
export class WriteOutage {
  readonly #options: WriteOutageOptions;
  #failures = 0;
  #isWaiting = false;
  /** Whether bringing data to the disk failed: then the end of the outage is a sync that succeeds, not a write. */
  #inSync = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WriteOutageOptions) {
    this.#options = options;
  }

  /** Whether the directory cannot be written: from the first failure until an attempt succeeds. */
  get isOn(): boolean {
    return this.#failures > 0;
  }

  /** Whether the write that failed last waits for its next attempt. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Calls what writes; a failure begins or prolongs the outage. */
  attempt(action: () => void): void {
    try {
      action();
      this.#isWaiting = false;
      if (!this.#inSync) this.#failures = 0;
    } catch (error) {
      this.fail(error);
    }
  }

  /** @param inSync - it was not the write that failed, but bringing it to the disk */
  fail(cause: unknown, inSync = false): void {
    this.#failures++;
    this.#isWaiting = true;
    this.#inSync ||= inSync;
    const { retryMs, directory, onFailure, onError, retry } = this.#options;
    onFailure();
    clearTimeout(this.#timer);
    const waitMs = Math.min(MAX_RETRY_MS, retryMs * 2 ** (this.#failures - 1));
    this.#timer = setTimeout(retry, waitMs).unref();
    if (this.#failures > 1) return;
    const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    const message = `could not write the spool in ${directory}: ${why}`;
    const wait = 'events wait in memory and are written when it works again';
    const fix = isNoDirectory(cause) ? `${NO_DIRECTORY}; ${wait}` : wait;
    onError(new OtelEventsError('SPOOL_UNWRITABLE', message, { cause, fix }));
  }

  /** Told that what was written is on the disk: that ends an outage in which a sync failed, unless a write waits. */
  synced(): void {
    this.#inSync = false;
    if (!this.#isWaiting) this.#failures = 0;
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
