import { OtelEventsError } from '../errors.ts';
import { type AskedStore, askStore, jsonOfAnswer, rowsOfAnswer } from '../reconcile/stores/ask-store.ts';
import { setTimeout } from '../time.ts';
import type { Found } from './erase-file.ts';
import { PersonMatch } from './person-match.ts';

/** Fields of one question: it refuses those of more than 16 KiB. */
const MAX_FILTER_CHARS = 8_000;

const LOOK_EVERY_MS = 500;
/** It rewrites all that it has stored. */
const DONE_WITHIN_MS = 10 * 60_000;

/**
 * Takes a person's events out of VictoriaLogs, which has to be started with `-delete.enable`.
 * @see https://docs.victoriametrics.com/victorialogs/#how-to-delete-logs
 * @throws OtelEventsError `STORE_FAILED`
 */
export async function eraseVictorialogs(
  store: AskedStore,
  match: PersonMatch,
  dryRun: boolean,
): Promise<Found> {
  const filters = filtersOf(await fieldNames(store), match);
  let [found, erased] = [0, 0];
  for (const filter of filters) {
    // One after the other, so that what two of them fit counts once, unless nothing is removed.
    const here = await count(store, filter);
    found += here;
    if (here === 0 || dryRun) continue;
    const problem = await remove(store, filter);
    if (problem !== undefined) return { found, erased, problem };
    erased += here;
  }
  return { found, erased };
}

interface Names {
  /** Null in an empty store. */
  readonly values: readonly { readonly value: string }[] | null;
}

async function fieldNames(store: AskedStore): Promise<string[]> {
  const answer = await askStore(store, 'select/logsql/field_names', { query: '*' });
  const { values }: Names = await jsonOfAnswer(store, answer, 'values');
  return (values ?? []).map(({ value }) => value);
}

/** By the fields that it has: what is inside of maps has a name of its own. */
function filtersOf(names: readonly string[], match: PersonMatch): string[] {
  const { users, sessions } = match.ids;
  const terms = names.flatMap((name) => {
    const kind = PersonMatch.kindOf(name);
    if (kind === undefined) return [];
    return (kind === 'user' ? users : sessions).map((id) => `${JSON.stringify(name)}:=${JSON.stringify(id)}`);
  });
  const filters: string[] = [];
  for (const term of terms) {
    const last = filters.at(-1);
    if (last === undefined || last.length + term.length > MAX_FILTER_CHARS) filters.push(term);
    else filters[filters.length - 1] = `${last} or ${term}`;
  }
  return filters;
}

async function count(store: AskedStore, filter: string): Promise<number> {
  const answer = await askStore(store, 'select/logsql/query', {
    query: `(${filter}) | stats count() as rows`,
  });
  for await (const { rows } of rowsOfAnswer(store, answer, 'rows')) return Number(rows);
  return 0;
}

/** @returns why it is not gone; undefined: it is */
async function remove(store: AskedStore, filter: string): Promise<string | undefined> {
  let task: string;
  try {
    const answer = await askStore(store, 'delete/run_task', { filter });
    const started: { readonly task_id: string } = await jsonOfAnswer(store, answer, 'task_id');
    task = started.task_id;
  } catch (error) {
    const isOff = error instanceof OtelEventsError && /-delete\.enable/.test(error.message);
    if (!isOff) throw error;
    return 'it deletes nothing as it was started: start it with -delete.enable, and run this again';
  }
  const deadlineMs = Date.now() + DONE_WITHIN_MS;
  while (Date.now() < deadlineMs) {
    await new Promise<void>((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    const answer = await askStore(store, 'delete/active_tasks', {});
    const tasks: readonly { readonly task_id: string }[] | null = await jsonOfAnswer(store, answer);
    if (tasks?.some(({ task_id }) => task_id === task)) continue;
    return (await count(store, filter)) === 0 ? undefined : 'more came meanwhile: run this again';
  }
  return 'it is still at work: run this again later';
}
