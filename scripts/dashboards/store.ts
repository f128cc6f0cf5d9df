import type { EventQuery } from './event-query.ts';

/** Where events are: what a dashboard must know of it to ask there. */
export interface Store {
  /** As people call it. */
  readonly title: string;
  /** Of its data source. */
  readonly uid: string;
  /** The plugin of its data source. */
  readonly type: string;
  /** What `{@link EventQuery}` is in its language, with the keys that its plugin wants. */
  readonly target: (query: EventQuery) => Readonly<Record<string, unknown>>;
  /** The query of a variable that lists the services. */
  readonly services: Readonly<Record<string, unknown>>;
  /** What a field is called in its answers, and in what a reader types. */
  readonly column: (field: string) => string;
  /** What it tells Prometheus of the events that it did not take, by `reason`. */
  readonly refused: string;
  /** What was changed for it on the way: the metric of the collector and its label. */
  readonly cut: { readonly metric: string; readonly label: string; readonly reasons: string };
}
