import type { Collection, MongoClient } from 'mongodb';
import { OtelEventsError } from '../errors.ts';
import { withoutTracing } from '../otlp/http/without-tracing.ts';
import { clearTimeout, setTimeout } from '../time.ts';
import type { StoredDocument } from './mongodb-document.ts';

/** Which collection, and how it is reached. */
export interface MongodbClientOptions {
  readonly url: string;
  readonly database: string;
  readonly collection: string;
  /** Of the driver's `MongoClient`. */
  readonly clientOptions: Readonly<Record<string, unknown>>;
}

/** Connections and the watch over the servers would keep the process alive for ever. */
const IDLE_MS = 5000;

/** Of the driver's own: it waits 30 s for a server, and for an answer without end. The URL may say otherwise. */
const TIMEOUTS_MS = { serverSelectionTimeoutMS: 10_000, socketTimeoutMS: 30_000 };

/**
 * A collection behind the official driver, which is loaded and connected when it is first used, and let go of
 * when it has not been used for a while: an app that ends without closing its logger ends all the same.
 */
export class MongodbClient {
  readonly #options: MongodbClientOptions;
  #client: Promise<MongoClient> | undefined;
  #users = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: MongodbClientOptions) {
    this.#options = options;
  }

  /** Calls `use` with the collection. @throws OtelEventsError `OPTION_UNAVAILABLE` without the driver */
  async use<T>(use: (collection: Collection<StoredDocument>) => Promise<T>): Promise<T> {
    const { database, collection } = this.#options;
    clearTimeout(this.#idle);
    this.#users++;
    try {
      this.#client ??= this.#open();
      const client = await this.#client;
      const target = client.db(database).collection<StoredDocument>(collection);
      return await withoutTracing(() => use(target));
    } finally {
      this.#users--;
      if (this.#users === 0) this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
  }

  /** Ends the connections, those in use included; never rejects. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const client = this.#client;
    this.#client = undefined;
    await client?.then((open) => open.close(true)).catch(() => {});
  }

  async #open(): Promise<MongoClient> {
    const { url, clientOptions } = this.#options;
    try {
      const { MongoClient } = await import('mongodb');
      const defaults = Object.entries(TIMEOUTS_MS).filter(([name]) => !url.includes(`${name}=`));
      return new MongoClient(url, {
        ...Object.fromEntries(defaults),
        ignoreUndefined: true,
        ...clientOptions,
      });
    } catch (cause) {
      // The next batch tries again: the driver may be there by then.
      this.#client = undefined;
      throw unavailable(cause);
    }
  }
}

/** What the driver says of a URL can hold its password: only the error's name is passed on. */
function unavailable(cause: unknown): OtelEventsError {
  if ((cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') {
    const fix = 'npm install mongodb';
    const message = 'mongodbExporter needs the package mongodb, which is not installed; events wait';
    return new OtelEventsError('OPTION_UNAVAILABLE', message, { fix, retry: {} });
  }
  const { name } = cause as Error;
  const message = `mongodbExporter: the driver refuses url or clientOptions: ${name}; events wait`;
  return new OtelEventsError('OPTION_INVALID', message, { fix: 'see the driver for both', retry: {} });
}
