import { parseQuery } from '../../viewer/query/parse-query.ts';
import type { Field, Query } from '../../viewer/query/query.ts';
import { readField } from '../../viewer/query/read-field.ts';
import type { EventStore } from '../../viewer/store/event-store.ts';
import { funnelHints, groupHints, pageHints } from '../../viewer/store/hints-of.ts';
import { storeTable } from '../../viewer/table/table-source.ts';
import type { EventSource } from './event-source.ts';

/** Nobody else waits: what takes longer is ended by hand. */
const WITHIN_MS = 3_600_000;

/** A store of this process, as a source. @param close - of the store */
export function storeSource(store: EventStore, close: () => Promise<void>): EventSource {
  return {
    page: async (text, options) => {
      const query = read(text);
      const page = await store.page(query, { ...options, withinMs: WITHIN_MS });
      return { ...page, hints: await pageHints(store, query, page, options.cursor, WITHIN_MS) };
    },
    table: (text, onRows) => storeTable(store, read(text), { order: 'oldest', withinMs: WITHIN_MS, onRows }),
    group: async (text, { by, stats = [], overMs, top }) => {
      const query = read(text);
      const options = {
        by: by === undefined ? undefined : fieldOf(by),
        stats: stats.map(({ stat, field }) => ({ stat, field: fieldOf(field) })),
        overMs,
        top,
        withinMs: WITHIN_MS,
      };
      const answer = await store.group(query, options);
      return { ...answer, hints: await groupHints(store, query, options, answer.value, WITHIN_MS) };
    },
    funnel: async (text, { steps, by, withinMs, split }) => {
      const query = read(text);
      const options = {
        steps: steps.map((step) => read(step).where),
        by: fieldOf(by),
        split: split === undefined ? undefined : fieldOf(split),
        withinWindowMs: withinMs,
        withinMs: WITHIN_MS,
      };
      const answer = await store.funnel(query, options);
      return { ...answer, hints: await funnelHints(store, query, options, answer.value, WITHIN_MS) };
    },
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
