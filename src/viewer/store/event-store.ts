import type { EmittedReport } from '../../otlp/emitted/emitted-report.ts';
import type { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import type { Field, Query } from '../query/query.ts';

/** Keeps events, logs and spans, and answers questions about them. Every answer is of what was committed when it began. */
export interface EventStore {
  /**
   * Keeps a request of logs or spans; of metrics only the number of points is counted. Resolves when all of it is committed;
   * rejects with `retry` when nothing of it was (a full disk, a closed store).
   */
  ingest(request: OtlpRequest): Promise<Ingested>;
  /** The same as long as the files are there, whoever opens them. */
  readonly id: string;
  /** Keeps what a logger says that it has emitted, for the ledger; a report that comes again counts once. Rejects as `ingest`. */
  takeReport(report: EmittedReport): Promise<void>;
  /** Rows, newest first. */
  page(query: Query, options?: PageOptions): Promise<Page>;
  /** The columns that some rows have in a table, the next ones of a page. How many rows it is one cannot choose. */
  columns(query: Query, options?: Omit<PageOptions, 'limit' | 'maxBytes'>): Promise<ColumnsPart>;
  /** Such rows as text. */
  lines(query: Query, options: LinesOptions): Promise<LinesPart>;
  /** One row, or undefined when it is gone. */
  row(id: RowId): Promise<Row | undefined>;
  count(query: Query, bounds?: Bounds): Promise<Answer<number>>;
  histogram(query: Query, options: HistogramOptions): Promise<Answer<Histogram>>;
  /** The values of fields that occur most. */
  facets(query: Query, options: FacetOptions): Promise<Answer<readonly Facet[]>>;
  /** Numbers by groups, over time if asked. */
  group(query: Query, options: GroupOptions): Promise<Answer<readonly Group[]>>;
  funnel(query: Query, options: FunnelOptions): Promise<Answer<Funnel>>;
  /** All of a trace, oldest first; at most 10,000 rows, and whether there are more. */
  trace(traceId: string): Promise<Page>;
  /** All rows that have this value at `session`, `user` or `conversation`, oldest first; at most 10,000. */
  story(by: 'session' | 'user' | 'conversation', id: string, options?: PageOptions): Promise<Page>;
  /** What fields there are, by how many rows have them. */
  fields(query: Query, bounds?: Bounds): Promise<Answer<readonly FieldSeen[]>>;
  /** What was emitted, received and stored, by name and minute, and who says so. */
  ledger(range: Query['range']): Promise<LedgerAnswer>;
  status(): Promise<StoreStatus>;
  /** Rows that fit and came behind a place, in the order in which they were stored: for who follows what comes. */
  newRows(query: Query, options?: NewRowsOptions): Promise<NewRows>;
  /**
   * Deletes all rows for good, and what the ledger has counted; the ledger says that it was done. What comes later is kept.
   * Rejects with `retry`, as on a full disk.
   */
  clear(): Promise<Cleared>;
  /** Calls back after each commit. @returns ends it */
  onCommit(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Of one request: each of its records is one of these. */
export interface Ingested {
  readonly stored: number;
  /** Records that the store has already, by their `log.record.uid`, or trace and span id. */
  readonly repeated: number;
}

/** That somebody deleted all of it. */
export interface Cleared {
  /** Unix epoch. */
  readonly atMs: number;
  /** What went; rows of files that could not be read are not counted. */
  readonly rows: number;
  /** On disk. */
  readonly bytes: number;
}

/** By OTLP's number of it. */
export const SPAN_STATUSES = ['unset', 'ok', 'error'] as const;
export type SpanStatus = (typeof SPAN_STATUSES)[number];

/** A row's place in the store: it stays the same as long as the row is there. */
export type RowId = string;

/** One event, log record or span, as the page shows it. */
export interface Row {
  readonly id: RowId;
  readonly kind: 'event' | 'log' | 'span';
  /** The time of the event, the start of a span: milliseconds of the Unix epoch, with fractions. */
  readonly timeMs: number;
  /** The same, exactly: nanoseconds as decimal digits. */
  readonly timeUnixNano: string;
  readonly name: string;
  /** 1 to 24; 0 without one. */
  readonly severity: number;
  readonly service: string;
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  readonly parentSpanId?: string | undefined;
  /** Milliseconds. */
  readonly durationMs?: number | undefined;
  readonly status?: SpanStatus | undefined;
  readonly body?: unknown;
  /** By their keys; maps and lists inside are objects and arrays, bytes are base64, integers beyond 2^53 are texts. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: string;
  /** The record with its resource and scope as a request of one item: canonical OTLP/JSON. Only from `row()`. */
  readonly otlp?: unknown;
}

/** How far an answer may go. */
export interface Bounds {
  /** Milliseconds; then what was found so far is given, and `complete` is false. Default 2,000. */
  readonly withinMs?: number | undefined;
  /** When it is aborted, nobody waits any more: the answer ends where it is, and `complete` is false. */
  readonly signal?: Pick<AbortSignal, 'aborted'> | undefined;
}

/** An answer, and how much was looked through for it. */
export interface Answer<T> {
  readonly value: T;
  /** False when time was up before all rows in the range were looked at, or rows are missing since files are damaged. */
  readonly complete: boolean;
  readonly scanned: Scanned;
}

export interface Scanned {
  /** Rows in the part of the range that was looked at, and in all of the range. */
  readonly rows: number;
  readonly of: number;
  readonly tookMs: number;
}

export interface PageOptions extends Bounds {
  /** Default 100, at most 1,000. */
  readonly limit?: number | undefined;
  /** From `next` or `previous` of another page. */
  readonly cursor?: string | undefined;
  /** Default `newest`: newest first. */
  readonly order?: 'newest' | 'oldest' | undefined;
  /** What the records of the rows may have together, as they are stored. One row is given in any case. Default 8 MiB. */
  readonly maxBytes?: number | undefined;
}

export interface Page {
  readonly rows: readonly Row[];
  /** Of the page behind this one; undefined at the end. */
  readonly next: string | undefined;
  /** Of the page in front of this one, in the same order; undefined for the first. */
  readonly previous?: string | undefined;
  /** There are fewer rows than were asked for, since these have `maxBytes`. */
  readonly isCut?: boolean | undefined;
  /** The row of the cursor has gone by size or age, or was deleted, and so may have others that would stand here. */
  readonly hasGone?: boolean | undefined;
  readonly complete: boolean;
  readonly scanned: Scanned;
}

/** What a column holds: `time` is nanoseconds of the Unix epoch, `whole` integers up to 2^53, `text` anything as a text. */
export type ColumnKind = 'time' | 'whole' | 'number' | 'flag' | 'text';

/** The columns of some rows, as threads tell each other. */
export interface ColumnsSeen {
  /** Attributes in the order in which they were seen first; without a kind where there was only `null`. */
  readonly attributes: readonly (readonly [name: string, kind: ColumnKind | undefined])[];
  /** The greatest number of a row. */
  readonly lastId: number;
  readonly rows: number;
}

/** A part of what a table of all rows is made of. */
interface TablePart {
  /** How many were read. */
  readonly rows: number;
  /** Of the part behind this one; undefined at the end. */
  readonly next: string | undefined;
}

export interface ColumnsPart extends TablePart {
  readonly columns: ColumnsSeen;
}

export interface LinesOptions extends Omit<PageOptions, 'limit' | 'maxBytes'> {
  /** As CSV with these columns; without them an object a line. Rows that the columns have no place for are left out. */
  readonly columns?: ColumnsSeen | undefined;
}

export interface LinesPart extends TablePart {
  /** Whole lines. */
  readonly text: string;
}

export interface NewRowsOptions extends Bounds {
  /** From `next` of the answer before. Undefined: from now on, and there are no rows yet. */
  readonly from?: string | undefined;
  /** Default 1,000. */
  readonly limit?: number | undefined;
  /** Who is so many rows that fit behind is not given the older ones. Default 20,000. */
  readonly maxBehind?: number | undefined;
}

export interface NewRows {
  /** The oldest ones, when there are more than the limit. */
  readonly rows: readonly Row[];
  /** How many that fit are left out in front of them. */
  readonly skipped: number;
  /** Rows, whether they fit or not, that were stored behind the place and have gone by size or age since, or were deleted. */
  readonly gone: number;
  readonly next: string;
}

export interface HistogramOptions extends Bounds {
  /** 1 to 2,000. The range of the query, or that of the rows, is cut into so many. */
  readonly buckets: number;
  /** Counts for each of its most frequent values as well (at most 8, and the rest). */
  readonly by?: Field | undefined;
}

export interface Histogram {
  readonly fromMs: number;
  readonly bucketMs: number;
  readonly counts: readonly number[];
  /** With `by`: the value, `null` for rows without one, undefined for all other values. */
  readonly series?:
    | readonly { readonly value: FacetValue | undefined; readonly counts: readonly number[] }[]
    | undefined;
}

export interface FacetOptions extends Bounds {
  readonly fields: readonly Field[];
  /** Of each; default 10, at most 1,000. */
  readonly top?: number | undefined;
}

export type FacetValue = string | number | boolean | null;

export interface Facet {
  readonly field: Field;
  /** Those that occur most first. */
  readonly values: readonly { readonly value: FacetValue; readonly count: number }[];
  /** How many values there are in all, up to 100,000. */
  readonly distinct: number;
  /** Rows that have the field. */
  readonly rows: number;
}

export interface GroupOptions extends Bounds {
  /** Undefined: one group of all. */
  readonly by?: Field | undefined;
  /** What to work out of numbers: `avg`, `p95` and the like of a field. `count` is always there. */
  readonly stats?: readonly { readonly stat: Stat; readonly field: Field }[] | undefined;
  /** Over time, in buckets of so many milliseconds. */
  readonly overMs?: number | undefined;
  /** Groups with the most rows; default 20, at most 1,000. */
  readonly top?: number | undefined;
}

/** The most values that a facet, or `distinct` of a group, tells apart; of those that come later none is counted. */
export const MAX_DISTINCT = 100_000;

export const STATS = ['sum', 'avg', 'min', 'max', 'p50', 'p90', 'p95', 'p99', 'distinct'] as const;
export type Stat = (typeof STATS)[number];

export interface Group {
  /** Undefined for rows without the field. */
  readonly value: FacetValue | undefined;
  readonly count: number;
  /** In the order that was asked for; undefined without a number. `distinct` is {@link MAX_DISTINCT} at most. */
  readonly stats: readonly (number | undefined)[];
  /** With `overMs`: the same by bucket; those without rows are left out. */
  readonly over?: readonly {
    readonly fromMs: number;
    readonly count: number;
    readonly stats: readonly (number | undefined)[];
  }[];
}

/** How many steps a funnel can have. */
export const FUNNEL_STEPS = { least: 2, most: 10 } as const;

export interface FunnelOptions extends Bounds {
  /** Conditions beside that of the query, in the order in which they have to come. */
  readonly steps: readonly Query['where'][];
  /** Whose way it is. */
  readonly by: Field;
  /** From the first step to the last. */
  readonly withinWindowMs: number;
  /** Splits by a value at the first step. */
  readonly split?: Field | undefined;
}

export interface Funnel {
  readonly steps: readonly FunnelStep[];
  readonly split?:
    | readonly { readonly value: FacetValue | undefined; readonly steps: readonly FunnelStep[] }[]
    | undefined;
}

export interface FunnelStep {
  /** Who came so far. */
  readonly people: number;
  /** From the step before, in milliseconds; undefined for the first. */
  readonly medianMs?: number | undefined;
  /** Some of those who came so far and no further; at most 100. */
  readonly droppedOff: readonly FacetValue[];
  /** What these did next, by name: at most 10. */
  readonly next: readonly { readonly name: string; readonly people: number }[];
}

export interface FieldSeen {
  readonly field: Field;
  readonly rows: number;
  /** The kinds of its values. */
  readonly types: readonly ('text' | 'number' | 'boolean' | 'null')[];
}

/** Why events were left out by those who wanted it so, by a processor or by the option `allowedSchemas`: nobody misses them. */
export const LEFT_OUT_ON_PURPOSE: ReadonlySet<string> = new Set([
  'sampled',
  'filtered',
  'dropped:not_allowed',
]);

/** Loggers that report, spans and other senders: of the last two nobody says what was emitted. */
export interface LedgerAnswer {
  /** Oldest first. */
  readonly entries: readonly LedgerEntry[];
  /** Emitted, and not settled when the logger was last heard: in no entry yet. */
  readonly underWay: readonly LedgerUnderWay[];
  /** Loggers that reported, latest first; at most 100. */
  readonly loggers: readonly LedgerLogger[];
  /** When somebody deleted all of it last: what came before is in no entry. */
  readonly cleared?: Cleared | undefined;
}

export interface LedgerEntry {
  readonly name: string;
  readonly service: string;
  readonly kind: 'record' | 'span';
  /** Of its beginning, Unix epoch. */
  readonly minuteMs: number;
  /** What loggers say they emitted, all of it settled; undefined when they say nothing. */
  readonly emitted?: number | undefined;
  readonly received: number;
  readonly stored: number;
  readonly repeated: number;
  /** Why some did not leave the app: {@link LEFT_OUT_ON_PURPOSE}, `dropped:…`, `rejected:…`. */
  readonly lost: Readonly<Record<string, number>>;
  /** Emitted, and neither stored nor left out on purpose. */
  readonly gap: number;
  /** The minute is too young for a gap but of what is known to be lost. */
  readonly settling: boolean;
  /**
   * Rows of the minute may have gone by size or age, or been deleted, with what was counted of them: the counts are of what is
   * left.
   */
  readonly partial: boolean;
}

export interface LedgerUnderWay {
  readonly name: string;
  readonly service: string;
  readonly count: number;
  /** When its logger was heard last, Unix epoch, if it went silent: nobody knows what became of them. */
  readonly silentSinceMs?: number | undefined;
}

export interface LedgerLogger {
  readonly id: string;
  readonly service: string;
  readonly firstMs: number;
  readonly latestMs: number;
  /** `silent`: it had events under way and did not report any more, as when it was killed. */
  readonly state: 'reporting' | 'ended' | 'silent';
}

export interface StoreStatus {
  readonly directory: string;
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
  readonly oldestMs: number | undefined;
  readonly newestMs: number | undefined;
  /** Rows that went because of a cap on size or age, since the store was made. */
  readonly removed: number;
  /** When somebody deleted all of it last. */
  readonly cleared?: Cleared | undefined;
  /** Points of metrics that came: they are counted, and not kept. */
  readonly metricPoints: number;
  /** Files that could not be read whole, with the reason. */
  readonly damaged: readonly { readonly file: string; readonly reason: string }[];
  readonly writes: StoreWrites;
}

/** Whether what comes is kept, since the store was opened. */
export interface StoreWrites {
  /** `failing`: the last request was refused, for want of room on the disk or the like. */
  readonly state: 'ok' | 'failing';
  /** When it began to fail, Unix epoch, and why the last request was refused. */
  readonly sinceMs?: number | undefined;
  readonly reason?: string | undefined;
  /** In all. Their senders were told to come again: some of them may be kept by now. */
  readonly refusedRequests: number;
  readonly refusedRecords: number;
}
