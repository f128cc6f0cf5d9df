import type { Answer, Group, Page, Stat } from '../../viewer/store/event-store.ts';

/** Whatever is asked for events: files, a store or a viewer that runs. Queries are text, as in docs/queries.md. */
export interface EventSource {
  page(query: string, options: SourcePage): Promise<Page>;
  group(query: string, options: SourceGroup): Promise<Answer<readonly Group[]>>;
  close(): Promise<void>;
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
