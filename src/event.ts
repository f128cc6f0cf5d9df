import type { SpanContext } from '@opentelemetry/api';

/** A point in time as `[seconds, nanoseconds]` since the epoch: exact, without the cost of a bigint. */
export type EpochTime = readonly [seconds: number, nanoseconds: number];

/** How a `track()` scope went; times in epoch seconds, duration in seconds. */
export interface ScopeTimes {
  readonly start: number;
  readonly end: number;
  readonly duration: number;
}

/** What went wrong inside a scope. */
export interface EventFailure {
  readonly type: string;
  readonly message: string;
  readonly stacktrace: string | undefined;
}

/** The schema an event was checked against. */
export interface EventSchema {
  readonly id: string;
  readonly version: string;
  /** The version, where the schema has it as a number. */
  readonly versionNumber?: number | undefined;
  /** What is wrong with the event, if it goes out all the same. */
  readonly issues: readonly { readonly path: string; readonly expected: string; readonly got: string }[];
}

/**
 * One event after defaults, context and call are merged, before it is turned into OpenTelemetry data.
 * Values in `data` and `session` are still the caller's own: they are read in the same turn, never kept.
 */
export interface Event {
  /** UUIDv7; the same through every retry and replay. */
  readonly id: string;
  readonly name: string;
  /** When it happened. */
  readonly time: EpochTime;
  /** When the logger was called. */
  readonly observedTime: EpochTime;
  /** What the caller gave as its time, if that cannot be used. */
  readonly givenTime?: string | undefined;
  /** OTel severity number, 1-24. */
  readonly severity: number;
  readonly message: string | undefined;
  readonly category: string | undefined;
  readonly tags: readonly string[];
  readonly userId: string | undefined;
  readonly projectId: string | undefined;
  readonly session: Readonly<Record<string, unknown>>;
  /** The session of the user; not LEIP's `session`, which is any object. */
  readonly sessionId: string | undefined;
  /** The session of the same user that this one follows. */
  readonly previousSessionId: string | undefined;
  /** edX contexts, merged. Its own fields can be read without running code of the app. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
  /** The data were no map: a text, a number, a list. They stand in `data` under the key `value`. */
  readonly isBare?: boolean | undefined;
  readonly schema: EventSchema | undefined;
  readonly scope: ScopeTimes | undefined;
  readonly failure: EventFailure | undefined;
  /** The scope was still open when the logger closed. */
  readonly incomplete: boolean;
  /** The span the event belongs to, if any. */
  readonly span: SpanContext | undefined;
  /** Values that were cut before it is encoded, which may cut more. */
  readonly truncated?: number | undefined;
  /** The sinks it is for, by name; undefined: all. */
  readonly exporters: readonly string[] | undefined;
  /** Directory in which the event is also saved as `results.json`. */
  readonly outputPath: string | undefined;
}

/**
 * The texts that callers give beside data, session and context, and that are no ids: redaction looks through each.
 * A new field that holds text is put here, or among those that it knows otherwise, or nothing compiles.
 */
export const CALLER_TEXTS = ['message', 'category', 'givenTime'] as const satisfies readonly TextField[];

/** The fields of an event that hold a text. */
export type TextField = {
  [Field in keyof Event]-?: Event[Field] extends string | undefined ? Field : never;
}[keyof Event];

/** The most bytes (about) that the values of one event may take; longer strings and bytes are cut. */
export const MAX_EVENT_BYTES = 4 * 1024 * 1024;

/** The deepest nesting kept; what lies below becomes the string `[Truncated]`. */
export const MAX_DEPTH = 64;

/** The most attributes of a log record (the OTel default), reserved ones included. */
export const MAX_ATTRIBUTES = 128;

/** The longest event name kept; names are not data. */
export const MAX_NAME_LENGTH = 1024;
