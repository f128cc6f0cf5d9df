import { parseQuery } from '../../viewer/query/parse-query.ts';
import type { Field, Query } from '../../viewer/query/query.ts';
import { readField } from '../../viewer/query/read-field.ts';
import type { EventStore } from '../../viewer/store/event-store.ts';
import {
  type FoundNothing,
  funnelOfNothing,
  groupsOfNothing,
  hintsOf,
  overflowHints,
  pageHints,
} from '../../viewer/store/hints-of.ts';
import type { EventSource } from './event-source.ts';

/** Nobody else waits: what takes longer is ended by hand. */
const WITHIN_MS = 3_600_000;

/** A store of this process, as a source. @param close - of the store */
export function storeSource(store: EventStore, close: () => Promise<void>): EventSource {
  const hints = (nothing: FoundNothing) => hintsOf(store, nothing, WITHIN_MS);
  return {
    page: async (text, options) => {
      const query = read(text);
      const page = await store.page(query, { ...options, withinMs: WITHIN_MS });
      return { ...page, hints: await pageHints(store, query, page, options.cursor, WITHIN_MS) };
    },
    group: async (text, { by: byName, stats: named = [], overMs, top }) => {
      const query = read(text);
      const by = byName === undefined ? undefined : fieldOf(byName);
      const stats = named.map(({ stat, field }) => ({ stat, field: fieldOf(field) }));
      const answer = await store.group(query, { by, stats, overMs, top, withinMs: WITHIN_MS });
      const nothing = await hints(groupsOfNothing(answer.value, query, { by, stats }));
      const tooLarge = overflowHints(
        answer.value,
        named.map(({ stat, field }) => ({ stat, name: field })),
      );
      return { ...answer, hints: [...nothing, ...tooLarge] };
    },
    funnel: async (text, { steps: texts, by: byName, withinMs, split: splitName }) => {
      const query = read(text);
      const steps = texts.map((step) => read(step).where);
      const by = fieldOf(byName);
      const split = splitName === undefined ? undefined : fieldOf(splitName);
      const options = { steps, by, split, withinWindowMs: withinMs, withinMs: WITHIN_MS };
      const answer = await store.funnel(query, options);
      const nothing = funnelOfNothing(answer.value, [query.where, ...steps], [by, split]);
      return { ...answer, hints: await hints(nothing) };
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
