import type { FieldDrift } from './drift-of.ts';

/** Whether events of a name are as their schema says. */
export type SchemaState = 'ok' | 'drift' | 'undeclared' | 'unseen';

/** Events of one name and version: what is declared of them, and as what they came. */
export interface SchemaEntry {
  readonly name: string;
  /** Null: the events say none. */
  readonly version: string | null;
  readonly state: SchemaState;
  readonly rows: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** Which schemas they say they were checked by. */
  readonly schemas: readonly { readonly id: string; readonly rows: number }[];
  /** What they are compared with: that of their version; of events that say none the newest. */
  readonly declared: {
    readonly id: string;
    readonly version: string;
    readonly file: string;
    readonly description: string | null;
  } | null;
  readonly drift: Readonly<Record<FieldDrift, number>>;
  readonly fields: readonly SchemaField[];
}

export interface SchemaField {
  /** As queries write it. */
  readonly field: string;
  /** As the schema writes it. */
  readonly path: string;
  readonly rows: number;
  readonly types: readonly string[];
  readonly declared: {
    readonly types: readonly string[];
    readonly required: boolean;
    readonly deprecated: boolean;
    /** Of personal data. */
    readonly categories: readonly string[];
    readonly values: readonly unknown[] | null;
    readonly description: string | null;
  } | null;
  readonly drift: readonly FieldDrift[];
  /** When it came last; undefined where nobody asked, null where it is not known. */
  readonly lastMs?: number | null;
}
