import { isThenable } from '../is-thenable.ts';
import type { TrackOptions } from './options.ts';

/** The arguments of every form of `track`. */
export type TrackArguments<S, T> = readonly [
  name: unknown,
  dataOrFn?: object | ((scope: S) => T),
  optionsOrFn?: TrackOptions | ((scope: S) => T),
  fn?: (scope: S) => T,
];

/** One call of `track`, whichever form it had. */
export interface TrackCall<S, T> {
  readonly name: unknown;
  readonly data: object | undefined;
  readonly options: TrackOptions | undefined;
  readonly fn: ((scope: S) => T) | undefined;
}

/** Tells data, options and callback apart: the callback, if there is one, comes last. */
export function parseTrackCall<S, T>(args: TrackArguments<S, T>): TrackCall<S, T> {
  const last = args.findLast((arg) => arg !== undefined);
  const fn = typeof last === 'function' ? (last as (scope: S) => T) : undefined;
  const [name, data, options] = args.filter((arg) => arg === undefined || arg !== fn) as [
    unknown,
    object?,
    TrackOptions?,
  ];
  return { name, data, options, fn };
}

/** What `trackWith` needs of a scope. */
interface RunnableScope {
  run<T>(fn: () => T): T;
  fail(error: unknown): void;
  end(): void;
}

/** Runs a callback inside a scope that ends with it, or with the promise it returns. Errors are rethrown. */
export function trackWith<S extends RunnableScope, T>(scope: S, fn: (scope: S) => T): T {
  let result: T;
  try {
    result = scope.run(() => fn(scope));
  } catch (error) {
    scope.fail(error);
    scope.end();
    throw error;
  }
  if (!isThenable(result)) {
    scope.end();
    return result;
  }
  return result.then(
    (value) => {
      scope.end();
      return value;
    },
    (error: unknown) => {
      scope.fail(error);
      scope.end();
      throw error;
    },
  ) as T;
}
