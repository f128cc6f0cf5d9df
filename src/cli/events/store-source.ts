import { parseQuery } from '../../viewer/query/parse-query.ts';
import type { Field, Query } from '../../viewer/query/query.ts';
import { readField } from '../../viewer/query/read-field.ts';
import type { EventStore } from '../../viewer/store/event-store.ts';
import type { EventSource } from './event-source.ts';

/** Nobody else waits: what takes longer is ended by hand. */
const WITHIN_MS = 3_600_000;

/** A store of this process, as a source. @param close - of the store */
export function storeSource(store: EventStore, close: () => Promise<void>): EventSource {
  return {
    page: (query, options) => store.page(read(query), { ...options, withinMs: WITHIN_MS }),
    group: (query, { by, stats = [], overMs, top }) =>
      store.group(read(query), {
        by: by === undefined ? undefined : fieldOf(by),
        stats: stats.map(({ stat, field }) => ({ stat, field: fieldOf(field) })),
        overMs,
        top,
        withinMs: WITHIN_MS,
      }),
    funnel: (query, { steps, by, withinMs, split }) =>
      store.funnel(read(query), {
        steps: steps.map((step) => read(step).where),
        by: fieldOf(by),
        withinWindowMs: withinMs,
        split: split === undefined ? undefined : fieldOf(split),
        withinMs: WITHIN_MS,
      }),
    status: () => store.status(),
    close,
  };
}

function read(query: string): Query {
  return parseQuery(query, Date.now());
}

/** Of several that a name may mean, the one that an app meant. */
function fieldOf(name: string): Field {
  return readField(name)[0] as Field;
}
