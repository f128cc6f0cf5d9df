import { setTimeout as sleep } from 'node:timers/promises';
import type { Jaeger } from '../services/start-jaeger.ts';
import { getJson } from './ask.ts';

/** How many different spans of a service there are; waits until there are `atLeast`, or a minute. */
export async function spansInJaeger(
  { queryEndpoint }: Pick<Jaeger, 'queryEndpoint'>,
  service: string,
  atLeast: number,
): Promise<number> {
  const url = new URL('/api/traces', queryEndpoint);
  // Of traces: each span may be one.
  const limit = String(atLeast + 1_000);
  for (const [name, value] of Object.entries({ service, limit, lookback: '1h' })) {
    url.searchParams.set(name, value);
  }
  for (const deadlineMs = Date.now() + 60_000; ; await sleep(500)) {
    const { data } = (await getJson(url)) as { data: { spans: { spanID: string }[] }[] };
    const ids = new Set(data.flatMap(({ spans }) => spans.map(({ spanID }) => spanID)));
    if (ids.size >= atLeast || Date.now() > deadlineMs) return ids.size;
  }
}
