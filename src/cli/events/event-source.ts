import type { Answer, Funnel, Group, Page, Stat, StoreStatus } from '../../viewer/store/event-store.ts';
import type { OnRows, TableSource } from '../../viewer/table/table-source.ts';

/** Whatever is asked for events: files, a store or a viewer that runs. Queries are text, as in docs/queries.md. */
export interface EventSource {
  page(query: string, options: SourcePage): Promise<Page & Hints>;
  /** All rows that fit, oldest first. */
  table(query: string, onRows: OnRows): TableSource;
  group(query: string, options: SourceGroup): Promise<Answer<readonly Group[]> & Hints>;
  funnel(query: string, options: SourceFunnel): Promise<Answer<Funnel> & Hints>;
  /** What could not be read so far, whose rows are in no answer, and whether what comes is kept (a viewer of before does not say). */
  status(): Promise<Pick<StoreStatus, 'damaged'> & Partial<Pick<StoreStatus, 'writes'>>>;
  close(): Promise<void>;
}

/** Of an answer of nothing: why that may be. */
export interface Hints {
  readonly hints?: readonly string[] | undefined;
}

export interface SourcePage {
  readonly limit: number;
  readonly order: 'newest' | 'oldest';
  readonly cursor?: string | undefined;
}

export interface SourceGroup {
  /** A field, as in queries. */
  readonly by?: string | undefined;
  readonly stats?: readonly { readonly stat: Stat; readonly field: string }[] | undefined;
  readonly overMs?: number | undefined;
  readonly top?: number | undefined;
}

export interface SourceFunnel {
  /** Queries without a range of time. */
  readonly steps: readonly string[];
  readonly by: string;
  readonly withinMs: number;
  /** A field whose value at the first step splits the way. */
  readonly split?: string | undefined;
}
