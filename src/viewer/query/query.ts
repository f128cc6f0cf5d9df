/** What is asked for: rows that fit, in a range of time. */
export interface Query {
  /** Undefined: all rows. */
  readonly where: Condition | undefined;
  readonly range: TimeRange;
}

/** From `fromMs`, up to and without `toMs`; milliseconds of the Unix epoch, with fractions. Undefined: without an end. */
export interface TimeRange {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** What must hold of a row. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | Comparison
  | TextMatch
  | { readonly kind: 'exists'; readonly field: Field };

/** A value at a field; of several (items of a list) one has to fit. A row without the field does not fit. */
export interface Comparison {
  readonly kind: 'compare';
  readonly field: Field;
  readonly is: '=' | '<' | '<=' | '>' | '>=' | 'like';
  /**
   * Numbers, booleans and null by their kind; integers that a number cannot hold as what they are. A number that was written bare fits a text of the same characters as well,
   * since ids are either. Of `like` a text in which `*` stands for any characters, none as well.
   */
  readonly value: string | number | bigint | boolean | null;
  /** As it was written: `42` fits the number and the text `42`. Undefined: between quotation marks, a text only. */
  readonly bare?: string | undefined;
}

/** Words in any text of the row: its name, its body, its attributes' values; in any case of letters. */
export interface TextMatch {
  readonly kind: 'text';
  /** One word, or several in a row when they were between quotation marks. */
  readonly text: string;
}

/** Where a value is. */
export type Field =
  /** What every row has a place for. */
  | { readonly of: 'row'; readonly name: RowField }
  /** An attribute of the record: the names on the way to it, by points; a list's items are passed through, with or without `[]`. */
  | { readonly of: 'attribute'; readonly path: string }
  /** An attribute of the resource, such as `service.version`. */
  | { readonly of: 'resource'; readonly path: string };

export const ROW_FIELDS = [
  /** `event` (a log record with a name), `log` or `span`. */
  'kind',
  /** Of an event or a span. */
  'name',
  /** A number of OpenTelemetry, 1 to 24; 0 without one. In queries a word as well: `warn` is 13 to 16, `>=warn` 13 and above. */
  'severity',
  /** `service.name` of the resource. */
  'service',
  /** The name of the instrumentation scope. */
  'scope',
  /** Milliseconds: of a span, or of an event with `event.duration` (which is in seconds). */
  'duration',
  /** `ok`, `error` or `unset`, of a span. */
  'status',
  /** The text of the body, or its JSON. */
  'body',
  /** 32 hexadecimal digits. */
  'trace',
  /** 16 hexadecimal digits. */
  'span',
  'parent',
  /** `user.id`, else `enduser.id`. */
  'user',
  /** `session.id`. */
  'session',
  /** `gen_ai.conversation.id`. */
  'conversation',
  /** `log.record.uid`. */
  'uid',
] as const;

export type RowField = (typeof ROW_FIELDS)[number];
