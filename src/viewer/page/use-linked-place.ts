import { useEffect, useRef, useState } from 'preact/hooks';
import type { Row } from '../store/event-store.ts';
import type { HistogramAnswer } from './answers.ts';
import { apiUrl, fetchJson } from './fetch-json.ts';
import { queryParts, rangeOf } from './query-text.ts';
import type { ListedRows } from './use-listed-rows.ts';

interface Bounds {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Has the list show where the event stands that an address names, once, when the page is opened by it.
 * @param choose - told the place: at first about where it is, so that its rows are fetched, then exactly
 */
export function useLinkedPlace(
  id: string | undefined,
  query: string,
  bounds: Bounds | undefined,
  list: ListedRows,
  choose: (place: number) => void,
): void {
  const linked = useRef(id);
  const [near, setNear] = useState<number>();
  useEffect(() => {
    if (linked.current === undefined || bounds === undefined) return;
    const stop = new AbortController();
    // What is wrong with the event is told beside the list.
    newerRows(linked.current, query, bounds, stop.signal).then(setNear, () => {});
    return () => stop.abort();
  }, [bounds]);
  const isThere = near !== undefined && list.isKnown && near < list.count;
  useEffect(() => {
    if (isThere) choose(near);
  }, [isThere]);
  useEffect(() => {
    if (!isThere || list.at(near) === undefined) return;
    const found = list.find((row) => row.id === linked.current, near);
    linked.current = undefined;
    setNear(undefined);
    if (found !== undefined) choose(found);
  });
}

/** How many rows of the list stand in front of an event, to the millisecond. */
async function newerRows(id: string, query: string, { toMs }: Bounds, signal: AbortSignal): Promise<number> {
  const { timeMs } = await fetchJson<Row>(apiUrl(`events/${encodeURIComponent(id)}`), signal);
  const [from, to] = [Math.floor(timeMs) + 1, Math.ceil(toMs) + 1];
  if (from >= to) return 0;
  const q = `${queryParts(query).where} ${rangeOf(from, to)}`.trim();
  const { counts } = await fetchJson<HistogramAnswer>(apiUrl('histogram', { q, buckets: 1 }), signal);
  return counts.reduce((sum, count) => sum + count, 0);
}
