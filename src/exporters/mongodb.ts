import type { Collection } from 'mongodb';
import { OtelEventsError } from '../errors.ts';
import { checkNames } from '../options.ts';
import { type BatchLimits, batchLimits } from './batch-limits.ts';
import type { Exporter } from './exporter.ts';
import type { Format } from './format.ts';
import { MongodbClient } from './mongodb-client.ts';
import { documentsOf, type StoredDocument } from './mongodb-document.ts';
import { isOfTheDriver, mongodbError } from './mongodb-error.ts';
import { mongodbTarget } from './mongodb-target.ts';
import { renderBatch } from './render-batch.ts';

export { unescapeKeys } from './escape-keys.ts';

/** Where documents go, and what they hold. */
export interface MongodbExporterOptions extends BatchLimits {
  /** `mongodb://` or `mongodb+srv://`. */
  readonly url: string;
  /** Default `eventtracking`. */
  readonly database?: string;
  /** Default `events`. */
  readonly collection?: string;
  /** Constant fields of each document; a field of the event with the same name wins. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Further options of the driver's `MongoClient`. */
  readonly clientOptions?: Readonly<Record<string, unknown>>;
  /** Default `mongodb:`, the hosts, the database and the collection. */
  readonly name?: string;
  /** What a document holds beside `_id`. Default `edx`. */
  readonly format?: Format;
  /** Told when the indexes could not be made, which costs no event. Default: a warning of the process. */
  readonly onError?: (error: OtelEventsError) => void;
}

const KNOWN: Readonly<Record<keyof MongodbExporterOptions, true>> = {
  url: true,
  database: true,
  collection: true,
  extra: true,
  clientOptions: true,
  name: true,
  format: true,
  onError: true,
  flushIntervalMs: true,
  flushBatchSize: true,
};

/**
 * Stores each event as a document with its id as `_id`, by the official driver, the package `mongodb`, which
 * the app installs. However often an event is sent there is one document of it. Writes are acknowledged by a
 * majority, unless the URL says otherwise: an event counts as delivered when a failover cannot lose it any
 * more. `timestamp` is a date, bytes are binary, and dots and dollar signs in keys are escaped (see
 * {@link unescapeKeys}). There are indexes on `timestamp` and `name`.
 *
 * A document that the server refuses is rejected alone; while there is no server, no primary or no access,
 * events wait.
 * @throws OtelEventsError `EXPORT_URL_INVALID`, `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function mongodbExporter(options: MongodbExporterOptions): Exporter {
  checkNames('mongodbExporter', options, KNOWN);
  const { url, database = 'eventtracking', collection = 'events' } = options;
  const { hosts, hasWriteConcern } = mongodbTarget(url);
  const name = options.name ?? `mongodb:${hosts}/${database}.${collection}`;
  const { extra = {}, clientOptions = {}, format = 'edx', onError = warn } = options;
  const client = new MongodbClient({ url, database, collection, clientOptions });
  const toDocuments = documentsOf(format, extra);
  const concern = hasWriteConcern || 'writeConcern' in clientOptions ? {} : { writeConcern: MAJORITY };
  const indexes = new Indexes(name, client, onError);
  return {
    name,
    ...batchLimits(options),
    async send(records) {
      const documents = renderBatch(records, toDocuments).flat();
      if (documents.length === 0) return;
      await client.use((target) => store(target, documents, concern, name));
      indexes.ensure();
    },
    async close() {
      await indexes.settled();
      await client.close();
    },
  };
}

const MAJORITY = { w: 'majority' } as const;

async function store(
  target: Collection<StoredDocument>,
  documents: readonly StoredDocument[],
  concern: { readonly writeConcern?: typeof MAJORITY },
  name: string,
): Promise<void> {
  try {
    // Unordered: one document that is refused, or there already, holds up none of the others.
    await target.insertMany(documents, { ordered: false, ...concern });
  } catch (cause) {
    const error = mongodbError(name, cause);
    if (error === undefined) return;
    const mayBeADocuments = error.retry !== undefined && !isOfTheDriver(cause);
    throw mayBeADocuments && !(await areEncodable(documents)) ? unencodable(error) : error;
  }
}

/** Asked only after something went wrong: it takes as long as encoding all of them. */
async function areEncodable(documents: readonly StoredDocument[]): Promise<boolean> {
  const { BSON } = await import('mongodb');
  try {
    for (const document of documents) BSON.serialize(document, { ignoreUndefined: true });
    return true;
  } catch {
    return false;
  }
}

function unencodable({ message, cause }: OtelEventsError): OtelEventsError {
  return new OtelEventsError('EXPORT_FAILED', message, {
    cause,
    reason: 'mongodb_unencodable',
    split: 'invalid',
  });
}

/** Made beside the events: on a large collection that can take long. */
class Indexes {
  readonly #name: string;
  readonly #client: MongodbClient;
  readonly #onError: (error: OtelEventsError) => void;
  #making: Promise<void> | undefined;

  constructor(name: string, client: MongodbClient, onError: (error: OtelEventsError) => void) {
    this.#name = name;
    this.#client = client;
    this.#onError = onError;
  }

  /** Once in the life of the exporter. */
  ensure(): void {
    this.#making ??= this.#make();
  }

  async settled(): Promise<void> {
    await this.#making;
  }

  async #make(): Promise<void> {
    try {
      await this.#client.use((target) =>
        target.createIndexes([{ key: { timestamp: 1 } }, { key: { name: 1 } }]),
      );
    } catch (cause) {
      const { name, codeName = '' } = cause as { readonly name: string; readonly codeName?: string };
      const message = `${this.#name}: could not make the indexes on timestamp and name: ${name} ${codeName}`;
      this.#onError(new OtelEventsError('EXPORT_FAILED', message.trim(), { fix: 'make them by hand' }));
    }
  }
}

function warn({ message, code }: OtelEventsError): void {
  process.emitWarning(message, { type: 'OtelEventsWarning', code });
}
