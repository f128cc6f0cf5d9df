import type { Page } from '../../viewer/store/event-store.ts';

/** Whatever is asked for events: files, a store or a viewer that runs. Queries are text, as in docs/queries.md. */
export interface EventSource {
  page(query: string, options: SourcePage): Promise<Page>;
  close(): Promise<void>;
}

export interface SourcePage {
  readonly limit: number;
  readonly order: 'newest' | 'oldest';
  readonly cursor?: string | undefined;
}
