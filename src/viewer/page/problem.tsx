import type { ApiError } from './fetch-json.ts';

/** What went wrong, in the words of the server; of a query with a mark below the place. */
export function Problem({ error, onRetry }: { readonly error: ApiError; readonly onRetry?: () => void }) {
  return (
    <div class="problem" role="alert">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on a narrow screen it scrolls sideways */}
      <pre tabIndex={0}>{error.message}</pre>
      {onRetry !== undefined && error.code !== 'QUERY_INVALID' && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
