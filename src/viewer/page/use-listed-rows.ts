import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Row } from '../store/event-store.ts';
import type { RowsAnswer } from './answers.ts';
import type { ListedRow } from './event-list.tsx';
import { type ApiError, apiUrl, fetchJson } from './fetch-json.ts';
import { foldRepeats } from './fold-repeats.ts';
import { asApiError } from './use-answer.ts';
import { useRowIndex } from './use-row-index.ts';

export interface ListedRows {
  readonly count: number;
  /** False until the first answer. */
  readonly isKnown: boolean;
  /** What is shown is still of the query before. */
  readonly isStale: boolean;
  /** There are more than are counted. */
  readonly isMore: boolean;
  readonly error: ApiError | undefined;
  readonly at: (place: number) => ListedRow | undefined;
  readonly want: (from: number, to: number) => void;
  /** The first place from there on whose row is here and fits. */
  readonly find: (fits: (row: Row) => boolean, from: number) => number | undefined;
}

interface Bounds {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How far ahead is fetched of what is seen. */
const AHEAD = 60;
const FOLDED_PAGE_ROWS = 500;
/**
 * What the list shows: rows that came live above those that were there; repeats in a row folded to one if asked.
 * @param newest - of the query, until the list is counted
 */
export function useListedRows(
  query: string,
  newest: RowsAnswer | undefined,
  bounds: Bounds | undefined,
  live: readonly Row[],
  isFolded: boolean,
): ListedRows {
  const indexed = useIndexed(query, newest, isFolded ? undefined : bounds, live);
  const folded = useFolded(query, isFolded ? bounds : undefined, live);
  return isFolded ? folded : indexed;
}

function useIndexed(
  query: string,
  newest: RowsAnswer | undefined,
  bounds: Bounds | undefined,
  live: readonly Row[],
): ListedRows {
  const { index, isStale, isOther, error, turn } = useRowIndex(query, bounds);
  const first = isOther ? newest : undefined;
  // A row that came while the list was counted is in both.
  const above = useMemo(() => {
    const ids = first && new Set(first.rows.map(({ id }) => id));
    return live.filter(({ id }) => !(ids ?? index)?.has(id));
  }, [live, index, first, turn]);
  const count = above.length + (first?.rows.length ?? index?.count ?? 0);
  const view = useRef<readonly [number, number]>([0, 0]);
  const want = (): void => {
    const [from, to] = view.current;
    index?.want(from - above.length - AHEAD, to - above.length + AHEAD);
  };
  // Of another index nothing is here yet, though the list may look at the same places as before.
  useEffect(want, [index]);
  const rowAt = (place: number): Row | undefined => {
    const behind = place - above.length;
    return above[place] ?? (first === undefined ? index?.at(behind) : first.rows[behind]);
  };
  return {
    count,
    isKnown: first !== undefined || index !== undefined,
    isStale: isStale && first === undefined,
    isMore: typeof first?.next === 'string',
    error,
    at: (place) => listed(rowAt(place), 0),
    want: (from, to) => {
      view.current = [from, to];
      want();
    },
    find: (fits, from) => findPlace(count, rowAt, fits, from),
  };
}

/** Folded rows have no places before they are read: page by page, as far as somebody scrolls. */
function useFolded(query: string, bounds: Bounds | undefined, live: readonly Row[]): ListedRows {
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [next, setNext] = useState<string | null>();
  const [error, setError] = useState<ApiError>();
  const [isBusy, setBusy] = useState(false);
  const read = useCallback(
    async (cursor: string | undefined): Promise<void> => {
      setBusy(true);
      try {
        const answer = await fetchJson<RowsAnswer>(
          apiUrl('events', { q: query, limit: FOLDED_PAGE_ROWS, cursor }),
        );
        setRows((before) => (cursor === undefined ? answer.rows : [...before, ...answer.rows]));
        setNext(answer.next ?? null);
      } catch (problem) {
        setError(asApiError(problem));
      } finally {
        setBusy(false);
      }
    },
    [query],
  );
  useEffect(() => {
    if (bounds !== undefined) void read(undefined);
  }, [bounds, read]);
  const folded = useMemo(() => {
    const ids = new Set(rows.map(({ id }) => id));
    return foldRepeats([...live.filter(({ id }) => !ids.has(id)), ...rows]);
  }, [rows, live]);
  return {
    count: folded.length,
    isKnown: next !== undefined,
    isStale: isBusy && rows.length === 0,
    isMore: typeof next === 'string',
    error,
    at: (place) => folded[place],
    want: (_from, to) => {
      if (to >= folded.length - AHEAD && typeof next === 'string' && !isBusy) void read(next);
    },
    find: (fits, from) => findPlace(folded.length, (place) => folded[place]?.row, fits, from),
  };
}

function listed(row: Row | undefined, repeats: number): ListedRow | undefined {
  return row === undefined ? undefined : { row, repeats };
}

function findPlace(
  count: number,
  at: (place: number) => Row | undefined,
  fits: (row: Row) => boolean,
  from: number,
): number | undefined {
  for (let place = from; place < Math.min(count, from + 20_000); place++) {
    const row = at(place);
    if (row !== undefined && fits(row)) return place;
  }
  return undefined;
}
