import { useLayoutEffect, useState } from 'preact/hooks';
import { ApiError, fetchJson } from './fetch-json.ts';

export interface Asked<T> {
  /** While something else is asked for, what was there before stays. */
  readonly value: T | undefined;
  readonly error: ApiError | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/**
 * The JSON at a URL of the API; undefined asks for nothing. What is no longer wanted is broken off.
 * @param refresh - another number asks again
 */
export function useAnswer<T>(url: string | undefined, refresh = 0): Asked<T> {
  const [state, setState] = useState<State<T>>(NOTHING);
  const [turn, setTurn] = useState(0);
  // Before the browser paints: nothing is seen until there is an answer.
  useLayoutEffect(() => {
    if (url === undefined) return setState(NOTHING);
    const controller = new AbortController();
    fetchJson<T>(url, controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) setState({ url, value, error: undefined });
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setState({ url, value: undefined, error: asApiError(error) });
      },
    );
    return () => controller.abort();
  }, [url, turn, refresh]);
  // In the first drawing after a change the state is still that of the URL before.
  const isOfUrl = state.url === url;
  return {
    value: state.value,
    error: isOfUrl ? state.error : undefined,
    isLoading: !isOfUrl,
    reload: () => setTurn((before) => before + 1),
  };
}

interface State<T> {
  /** Whose answer this is. */
  readonly url: string | undefined;
  readonly value: T | undefined;
  readonly error: ApiError | undefined;
}

const NOTHING = { url: undefined, value: undefined, error: undefined };

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('PAGE_FAILED', String(error));
}
