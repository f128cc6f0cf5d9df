import type { Victorialogs } from './start-victorialogs.ts';

/** Log records that VictoriaLogs has answered for since it started, by its own count; those that it dropped too. */
export async function rowsTaken({ url }: Pick<Victorialogs, 'url'>): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^vl_rows_ingested_total\{type="opentelemetry_protobuf"\} (\d+)/m.exec(text)?.[1] ?? 0);
}
