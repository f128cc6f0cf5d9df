import { setTimeout as sleep } from 'node:timers/promises';
import type { Victorialogs } from '../services/start-victorialogs.ts';
import { post } from './ask.ts';

/** An event as VictoriaLogs shows it: all values are texts. */
export type StoredEvent = Readonly<Record<string, string | undefined>>;

/** What a query of LogsQL gives, a row each, over all times. @throws with what the store says against it */
export async function query({ url }: Pick<Victorialogs, 'url'>, logsql: string): Promise<StoredEvent[]> {
  const text = await post(`${url}/select/logsql/query`, { query: logsql });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StoredEvent);
}

/**
 * The same, again and again until there are enough rows.
 * @throws when there are fewer after `timeoutMs`
 */
export async function queryUntil(
  store: Pick<Victorialogs, 'url'>,
  logsql: string,
  atLeast: number,
  timeoutMs = 20_000,
): Promise<StoredEvent[]> {
  for (const deadlineMs = Date.now() + timeoutMs; ; await sleep(200)) {
    const rows = await query(store, logsql);
    if (rows.length >= atLeast) return rows;
    if (Date.now() > deadlineMs) throw new Error(`${logsql}: ${rows.length} of ${atLeast} rows`);
  }
}

/** What it has dropped without a word to the sender, by its own count and warnings. */
export async function dropped({ url }: Pick<Victorialogs, 'url'>): Promise<string[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const rows = [...text.matchAll(/^vl_rows_dropped_total\{reason="(\w+)"\} ([1-9]\d*)/gm)];
  const warnings = [
    ...text.matchAll(
      /^vm_log_messages_total\{.*level="(warn|error)".*location="([^"]*(?:log_rows|insert)[^"]*)".*\} ([1-9]\d*)/gm,
    ),
  ];
  return [
    ...rows.map(([, reason, count]) => `${reason} ${count}`),
    ...warnings.map(([, , place, count]) => `${place} ${count}`),
  ];
}
