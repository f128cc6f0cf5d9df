/**
 * Every code an {@link OtelEventsError} can carry. Codes are API: they are added, never renamed.
 *
 * | code | meaning |
 * | --- | --- |
 * | `OPTION_UNKNOWN` | an option that does not exist; the message names the nearest one |
 * | `OPTION_INVALID` | an option of the wrong type or value |
 * | `OPTION_UNAVAILABLE` | an option this version does not have yet |
 * | `CONFIG_FILE_INVALID` | a JSON configuration file that cannot be read, parsed or used |
 * | `COLLECTOR_CONFIG_INVALID` | a collector configuration that this engine cannot run |
 * | `COLLECTOR_START_FAILED` | a collector that could not open its port or its files |
 * | `CONTEXT_NOT_ENTERED` | `exitContext` for a name that is not entered here |
 * | `LOGGER_UNKNOWN` | `getLogger` for a name nobody registered |
 * | `EVENT_NAME_INVALID` | an event without a usable name; it is emitted as `unknown` |
 * | `EVENT_INVALID` | an event whose data or options are not of the documented shape |
 * | `EVENT_AFTER_CLOSE` | an event logged after `close()`; it is counted as dropped |
 * | `EVENT_UNROUTED` | an event that no exporter, endpoint or provider takes |
 * | `EXPORT_URL_INVALID` | a URL that is not http or https |
 * | `EXPORT_FAILED` | a batch a destination did not take; `retry` tells whether it may be sent again |
 * | `EXPORT_PARTIAL` | a destination took only a part of a batch (OTLP partial success) |
 * | `EXPORT_WARNING` | a destination took a whole batch, and has something to say about it |
 * | `QUEUE_FULL` | a bounded queue was full; the loss is counted |
 * | `ENVIRONMENT_UNSUPPORTED` | an OTEL_* variable asks for something that is not supported here |
 * | `PROVIDER_MISSING` | events were for the app's provider, and there is none, or it takes none |
 * | `API_DUPLICATED` | two copies of `@opentelemetry/api` in one process |
 * | `SDK_DISABLED` | `OTEL_SDK_DISABLED` is set: nothing leaves over OTLP |
 * | `PACKAGE_BUNDLED` | a bundler has put this package into another file; it has to stay external |
 * | `RESOURCE_INCOMPLETE` | a resource is still being detected after a long wait; records go without the rest of it |
 * | `PROCESSOR_FAILED` | a processor threw, or gave back what is no event; the event went on without it |
 * | `SESSION_STORE_FAILED` | the app's store of sessions threw; sessions go on in memory |
 * | `SPOOL_CORRUPT` | a spool held damaged bytes; they are set aside and counted, the rest is delivered |
 * | `SPOOL_UNWRITABLE` | the spool's directory cannot be written; events wait in memory until it can be |
 * | `SPOOL_UNREADABLE` | a part of the spool's directory cannot be read or taken over; it stays where it is |
 * | `SPOOL_UNSERVED` | a spool holds events for a sink that is not configured any more; they stay in it |
 * | `STORE_IN_USE` | a viewer's store that something else writes |
 * | `STORE_UNAVAILABLE` | a Node.js without the SQLite that the viewer's store is made of |
 * | `STORE_UNWRITABLE` | the viewer's store kept nothing of a request: a full disk, a directory that cannot be written |
 * | `STORE_VERSION` | the viewer's store was written by a newer version of this package |
 * | `STORE_FAILED` | the viewer's store could not answer a question; it may be asked again |
 * | `OTLP_INVALID` | bytes that are not the OTLP message they claim to be |
 * | `SCHEMA_UNKNOWN` | an event of a schema, or of a version of it, that nobody registered |
 * | `SCHEMA_INVALID` | a schema that cannot be read or used |
 * | `SCHEMA_DUPLICATE` | a schema whose `$id` and version are registered already |
 * | `SCHEMA_ASYNC` | a schema of a library that would answer later; events are checked where they are logged |
 * | `QUERY_INVALID` | a query that cannot be read; the message shows the place |
 */
export type ErrorCode =
  | 'OPTION_UNKNOWN'
  | 'OPTION_INVALID'
  | 'OPTION_UNAVAILABLE'
  | 'CONFIG_FILE_INVALID'
  | 'COLLECTOR_CONFIG_INVALID'
  | 'COLLECTOR_START_FAILED'
  | 'CONTEXT_NOT_ENTERED'
  | 'LOGGER_UNKNOWN'
  | 'EVENT_NAME_INVALID'
  | 'EVENT_INVALID'
  | 'EVENT_AFTER_CLOSE'
  | 'EVENT_UNROUTED'
  | 'EXPORT_URL_INVALID'
  | 'EXPORT_FAILED'
  | 'EXPORT_PARTIAL'
  | 'EXPORT_WARNING'
  | 'QUEUE_FULL'
  | 'ENVIRONMENT_UNSUPPORTED'
  | 'PROVIDER_MISSING'
  | 'API_DUPLICATED'
  | 'SDK_DISABLED'
  | 'PACKAGE_BUNDLED'
  | 'RESOURCE_INCOMPLETE'
  | 'PROCESSOR_FAILED'
  | 'SESSION_STORE_FAILED'
  | 'SPOOL_CORRUPT'
  | 'SPOOL_UNWRITABLE'
  | 'SPOOL_UNREADABLE'
  | 'SPOOL_UNSERVED'
  | 'STORE_IN_USE'
  | 'STORE_UNAVAILABLE'
  | 'STORE_UNWRITABLE'
  | 'STORE_VERSION'
  | 'STORE_FAILED'
  | 'OTLP_INVALID'
  | 'SCHEMA_UNKNOWN'
  | 'SCHEMA_INVALID'
  | 'SCHEMA_DUPLICATE'
  | 'SCHEMA_ASYNC'
  | 'QUERY_INVALID';

/** What an {@link OtelEventsError} carries beside its code and message. */
export interface ErrorDetails {
  /** The error underneath, if any. */
  readonly cause?: unknown;
  /** What the reader can do about it, in one sentence. */
  readonly fix?: string;
  /**
   * Present when the same batch may be sent again. `afterMs` is the wait the destination asked for,
   * in milliseconds; without it the sender's own backoff applies.
   */
  readonly retry?: { readonly afterMs?: number };
  /**
   * Of an error without `retry`: not the whole batch is at fault. It is halved until the records at fault are
   * alone, and only those are rejected; after `too_large` the batches that follow are smaller too.
   */
  readonly split?: 'invalid' | 'too_large';
  /**
   * Of an error without `retry`: only the records with these indexes in the batch were refused, and the destination
   * has all others.
   */
  readonly refused?: readonly number[];
  /** The reason under which the ledger counts what this error rejected, such as `http_400`. */
  readonly reason?: string;
  /** Of `EVENT_INVALID`: everything that is wrong with the event, by JSON pointer; never the values. */
  readonly issues?: readonly ErrorIssue[];
}

/** One thing that is wrong with an event: where, what was wanted, and what kind of value was there. */
export interface ErrorIssue {
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/**
 * The one error class of this library. The message says what, where, wanted and got; it never holds event
 * contents, header values or secrets.
 */
export class OtelEventsError extends Error {
  /** What happened, for programs. Codes are never renamed. */
  readonly code: ErrorCode;
  /** What to do about it, where that is known. */
  declare readonly fix: string | undefined;
  /** The same may be tried again, after so long if it says so; undefined: it would fail again. */
  declare readonly retry: { readonly afterMs?: number } | undefined;
  declare readonly split: 'invalid' | 'too_large' | undefined;
  /** The indexes of those records of a batch that were refused, where the others were taken. */
  declare readonly refused: readonly number[] | undefined;
  declare readonly reason: string | undefined;
  /** Of `EVENT_INVALID`: everything that does not fit the schema. */
  declare readonly issues: readonly ErrorIssue[] | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(
      details.fix === undefined ? message : `${message} (${details.fix})`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'OtelEventsError';
    this.code = code;
    const { fix, retry, split, refused, reason, issues } = details;
    // What is not there is not shown either, where an error is printed whole.
    for (const [name, value] of Object.entries({ fix, retry, split, refused, reason, issues })) {
      Object.defineProperty(this, name, {
        value,
        enumerable: value !== undefined,
        configurable: true,
        writable: true,
      });
    }
  }
}

const ERROR = Symbol.for('otel-events.error/v1');

// An app may have two copies of this package, as ES modules and as CommonJS; an error of one is one of the other, too.
Object.defineProperty(OtelEventsError.prototype, ERROR, { value: true });
Object.defineProperty(OtelEventsError, Symbol.hasInstance, {
  value(this: unknown, error: unknown): boolean {
    if (this !== OtelEventsError) return Function.prototype[Symbol.hasInstance].call(this, error);
    return typeof error === 'object' && error !== null && ERROR in error;
  },
});
