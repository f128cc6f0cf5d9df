import type { SchemaEntry } from '../schemas/schema-entry.ts';
import type { Cleared, FacetValue, Row, Scanned, StoreWrites } from '../store/event-store.ts';

/** How far an answer went; see `docs/viewer.md`. */
export interface Coverage {
  readonly complete: boolean;
  readonly scanned: Scanned;
}

export interface RowsAnswer extends Coverage {
  readonly rows: readonly Row[];
  readonly next?: string | null;
  /** Why there may be none. */
  readonly hints?: readonly string[];
}

export interface HistogramAnswer extends Coverage {
  readonly fromMs: number;
  readonly bucketMs: number;
  readonly counts: readonly number[];
  /** Without a value: all other values. */
  readonly series?: readonly { readonly value?: FacetValue; readonly counts: readonly number[] }[];
}

export interface FacetsAnswer extends Coverage {
  readonly facets: readonly FacetAnswer[];
}

export interface FacetAnswer {
  readonly field: string;
  readonly values: readonly { readonly value: FacetValue; readonly count: number }[];
  readonly distinct: number;
  readonly rows: number;
}

export interface FieldsAnswer extends Coverage {
  readonly fields: readonly {
    readonly field: string;
    readonly rows: number;
    readonly types: readonly string[];
  }[];
}

type Stats = readonly (number | null)[];

export interface GroupsAnswer extends Coverage {
  readonly groups: readonly {
    readonly value?: FacetValue;
    readonly count: number;
    readonly stats: Stats;
    readonly over?: readonly { readonly fromMs: number; readonly count: number; readonly stats: Stats }[];
  }[];
}

export interface FunnelStepAnswer {
  readonly people: number;
  readonly medianMs?: number | null;
  readonly droppedOff: readonly FacetValue[];
  readonly next: readonly { readonly name: string; readonly people: number }[];
}

export interface FunnelAnswer extends Coverage {
  readonly steps: readonly FunnelStepAnswer[];
  readonly split?: readonly { readonly value?: FacetValue; readonly steps: readonly FunnelStepAnswer[] }[];
}

export interface CompareAnswer {
  readonly fields: readonly {
    readonly field: string;
    readonly value: FacetValue;
    readonly left: number;
    readonly right: number;
    readonly difference: number;
  }[];
  /** By which the sides are told apart. */
  readonly chosenBy: readonly string[];
}

export interface CompleteAnswer {
  readonly from: number;
  readonly to: number;
  readonly proposals: readonly { readonly text: string; readonly note?: string | null }[];
}

export interface LedgerAnswer {
  readonly entries: readonly {
    readonly name: string;
    readonly service: string;
    readonly kind: 'record' | 'span';
    readonly minuteMs: number;
    readonly emitted?: number | null;
    readonly received: number;
    readonly stored: number;
    readonly repeated: number;
    readonly lost: Readonly<Record<string, number>>;
    readonly gap: number;
    readonly settling: boolean;
    readonly partial?: boolean;
  }[];
  readonly underWay: readonly {
    readonly name: string;
    readonly service: string;
    readonly count: number;
    readonly silentSinceMs?: number | null;
  }[];
  readonly loggers: readonly {
    readonly id: string;
    readonly service: string;
    readonly firstMs: number;
    readonly latestMs: number;
    readonly state: 'reporting' | 'ended' | 'silent';
  }[];
  readonly cleared?: Cleared | null;
}

export interface SchemasAnswer {
  readonly schemas: readonly SchemaEntry[];
  /** Null: the viewer was started without a directory of schemas. */
  readonly declared: {
    readonly directory: string;
    readonly files: number;
    readonly schemas: number;
    readonly problems: readonly { readonly file: string; readonly code: string; readonly message: string }[];
  } | null;
  readonly complete: boolean;
}

export interface Issue {
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

export interface QuarantineAnswer {
  /** Null: the viewer was started without one. */
  readonly directory: string | null;
  readonly events: readonly QuarantinedAnswer[];
  readonly total: number;
  readonly unread: number;
}

export interface QuarantinedAnswer {
  readonly id: string | null;
  readonly name: string;
  readonly timeMs: number | null;
  readonly schema: { readonly id: string | null; readonly version: string | null };
  readonly issues: readonly Issue[];
  readonly isHeld: boolean;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly otlp?: unknown;
}

export interface VerdictAnswer {
  readonly schema: { readonly id: string; readonly version: string } | null;
  readonly issues: readonly Issue[];
}

export interface StatusAnswer {
  readonly directory: string;
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
  readonly oldestMs?: number | null;
  readonly newestMs?: number | null;
  readonly removed: number;
  readonly cleared?: Cleared | null;
  readonly canClear: boolean;
  readonly damaged: readonly { readonly file: string; readonly reason: string }[];
  readonly writes: StoreWrites;
  readonly version: string;
  readonly endpoints: { readonly otlpHttp?: string | null; readonly otlpGrpc?: string | null };
  readonly links?: { readonly jaeger?: string | null; readonly grafana?: string | null };
}
