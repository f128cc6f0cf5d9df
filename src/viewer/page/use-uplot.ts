import { useEffect, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { ApiError } from './fetch-json.ts';

type Library = typeof uPlot;

export interface LoadedUplot {
  readonly library: Library | undefined;
  readonly error: ApiError | undefined;
  readonly reload: () => void;
}

/** The library that draws charts. It is a third of all code of the page, and is loaded with the first chart. */
export function useUplot(): LoadedUplot {
  const [library, setLibrary] = useState<Library>();
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    let isWanted = true;
    import('uplot').then(
      // A function that is given to a setter is called for the state.
      ({ default: loaded }) => isWanted && setLibrary(() => loaded),
      () => isWanted && setError(new ApiError('UNREACHABLE', 'The viewer has not sent what draws charts.')),
    );
    return () => {
      isWanted = false;
    };
  }, []);
  // A module that could not be loaded is not asked for again before the page is.
  return { library, error, reload: () => location.reload() };
}
