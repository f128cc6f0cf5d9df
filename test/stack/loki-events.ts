import { setTimeout as sleep } from 'node:timers/promises';
import type { Loki } from '../services/start-loki.ts';
import { getJson } from './ask.ts';

/** An event as Loki shows it: labels and metadata, with `_` where the attributes have dots. */
export type LokiEvent = Readonly<Record<string, string | undefined>>;

interface Streams {
  readonly data: {
    readonly result: readonly {
      readonly stream: LokiEvent;
      readonly values: readonly (readonly [timeUnixNano: string, line: string])[];
    }[];
  };
}

/** As many as Loki gives at once. */
const PAGE = 5000;

/**
 * The events of a service of the last hour.
 * @param atLeast - waited for, up to `timeoutMs`
 * @throws when there are fewer
 */
export async function lokiEvents(
  loki: Pick<Loki, 'url'>,
  service: string,
  atLeast: number,
  timeoutMs = 20_000,
): Promise<LokiEvent[]> {
  for (const deadlineMs = Date.now() + timeoutMs; ; await sleep(200)) {
    const events = await everyPage(loki, service);
    if (events.length >= atLeast) return events;
    if (Date.now() > deadlineMs)
      throw new Error(`${events.length} of ${atLeast} events of ${service} in Loki`);
  }
}

async function everyPage({ url: base }: Pick<Loki, 'url'>, service: string): Promise<LokiEvent[]> {
  const events = new Map<string, LokiEvent>();
  let start = BigInt(Date.now() - 3_600_000) * 1_000_000n;
  for (;;) {
    const url = new URL(`${base}/loki/api/v1/query_range`);
    const end = String(BigInt(Date.now() + 60_000) * 1_000_000n);
    const params = { query: `{service_name="${service}"}`, direction: 'forward', limit: String(PAGE) };
    for (const [name, value] of Object.entries({ ...params, start: String(start), end })) {
      url.searchParams.set(name, value);
    }
    const { data } = (await getJson(url)) as Streams;
    let count = 0;
    for (const { stream, values } of data.result) {
      for (const [time] of values) {
        count++;
        // The first of a page is the last of the one before it.
        events.set(`${time} ${stream.log_record_uid ?? count}`, stream);
        if (BigInt(time) > start) start = BigInt(time);
      }
    }
    if (count < PAGE) return [...events.values()];
  }
}
