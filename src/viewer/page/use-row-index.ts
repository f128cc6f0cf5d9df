import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from './fetch-json.ts';
import { queryParts } from './query-text.ts';
import { RowIndex } from './row-index.ts';
import { asApiError } from './use-answer.ts';

/** The rows of a query in a range, by their places; a new index for a new query. `turn` grows with every page that comes. */
export function useRowIndex(
  query: string,
  bounds: { readonly fromMs: number; readonly toMs: number } | undefined,
): {
  readonly index: RowIndex | undefined;
  /** The index is still that of the query or of the range before. */
  readonly isStale: boolean;
  /** There is none of this query yet. */
  readonly isOther: boolean;
  readonly error: ApiError | undefined;
  readonly turn: number;
} {
  const [opened, setOpened] = useState<{
    readonly index: RowIndex;
    readonly key: string;
    readonly query: string;
  }>();
  const [error, setError] = useState<ApiError>();
  const [turn, setTurn] = useState(0);
  const last = useRef<RowIndex>(undefined);
  const { where } = queryParts(query);
  const key = `${where} ${bounds?.fromMs} ${bounds?.toMs}`;
  useEffect(() => {
    if (bounds === undefined) return;
    const stop = new AbortController();
    const failed = (problem: unknown): void => {
      if (!stop.signal.aborted) setError(asApiError(problem));
    };
    const changed = (): void => setTurn((before) => before + 1);
    setError(undefined);
    RowIndex.open(where, bounds, stop.signal, changed, failed).then((index) => {
      if (stop.signal.aborted) return index.close();
      last.current?.close();
      last.current = index;
      setOpened({ index, key, query });
    }, failed);
    return () => stop.abort();
  }, [where, bounds?.fromMs, bounds?.toMs]);
  useEffect(() => () => last.current?.close(), []);
  return {
    index: opened?.index,
    isStale: opened?.key !== key,
    isOther: opened?.query !== query,
    error,
    turn,
  };
}
