import { dashboardJson } from './dashboard.ts';
import { event } from './event.ts';
import { health } from './health.ts';
import { llm } from './llm.ts';
import { overview } from './overview.ts';
import { sessions } from './sessions.ts';

/** @returns all dashboards: the name of the file and its text */
export function dashboards(): Map<string, string> {
  const all = [overview, event, sessions, llm, health];
  return new Map(
    all.map((one) => [`${one.uid}.json`, `${JSON.stringify(dashboardJson(one), undefined, 2)}\n`]),
  );
}
