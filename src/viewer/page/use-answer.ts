import { useEffect, useState } from 'preact/hooks';
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
  const [state, setState] = useState<Omit<Asked<T>, 'reload'>>(NOTHING);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (url === undefined) return setState(NOTHING);
    const controller = new AbortController();
    setState(({ value }) => ({ value, error: undefined, isLoading: true }));
    fetchJson<T>(url, controller.signal).then(
      (value) => {
        if (!controller.signal.aborted) setState({ value, error: undefined, isLoading: false });
      },
      (error: unknown) => {
        if (!controller.signal.aborted)
          setState({ value: undefined, error: asApiError(error), isLoading: false });
      },
    );
    return () => controller.abort();
  }, [url, turn, refresh]);
  return { ...state, reload: () => setTurn((before) => before + 1) };
}

const NOTHING = { value: undefined, error: undefined, isLoading: false };

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('PAGE_FAILED', String(error));
}
