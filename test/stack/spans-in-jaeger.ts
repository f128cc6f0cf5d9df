import { setTimeout as sleep } from 'node:timers/promises';
import type { Jaeger } from '../services/start-jaeger.ts';
import { getJson } from './ask.ts';

const LOOKBACK_MS = 3_600_000;
/** So much of an answer is asked for at once: that of 25,000 spans is more than a string holds. */
const STRETCH_MS = 60_000;

/** The ids of a service's spans; waits until there are `atLeast`, or a minute. */
export async function spansInJaeger(
  jaeger: Pick<Jaeger, 'queryEndpoint'>,
  service: string,
  atLeast: number,
): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for (const deadlineMs = Date.now() + 60_000; ; await sleep(500)) {
    const endMs = Date.now() + STRETCH_MS;
    for (let startMs = endMs - LOOKBACK_MS; startMs < endMs; startMs += STRETCH_MS) {
      for (const id of await spansBetween(jaeger, service, startMs, atLeast)) ids.add(id);
    }
    if (ids.size >= atLeast || Date.now() > deadlineMs) return ids;
  }
}

async function spansBetween(
  { queryEndpoint }: Pick<Jaeger, 'queryEndpoint'>,
  service: string,
  startMs: number,
  atLeast: number,
): Promise<string[]> {
  const url = new URL('/api/traces', queryEndpoint);
  const query = {
    service,
    // Of traces: each span may be one.
    limit: atLeast + 1_000,
    // Jaeger wants microseconds.
    start: startMs * 1_000,
    end: (startMs + STRETCH_MS) * 1_000,
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  const { data } = (await getJson(url)) as { data: { spans: { spanID: string }[] }[] };
  return data.flatMap(({ spans }) => spans.map(({ spanID }) => spanID));
}
