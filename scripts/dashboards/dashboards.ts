import { type Dashboard, dashboardJson } from './dashboard.ts';
import { event } from './event.ts';
import { health } from './health.ts';
import { llm } from './llm.ts';
import { overview } from './overview.ts';
import { sessions } from './sessions.ts';
import type { Store } from './store.ts';

/** @returns all dashboards over a store: the name of the file and its text */
export function dashboards(store: Store): Map<string, string> {
  const all: readonly Dashboard[] = [overview, event, sessions, llm, health(store)];
  return new Map(
    all.map((one) => [`${one.uid}.json`, `${JSON.stringify(dashboardJson(one, store), undefined, 2)}\n`]),
  );
}
