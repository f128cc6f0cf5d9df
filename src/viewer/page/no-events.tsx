import { hrefTo, withParams } from './address.ts';
import type { RowsAnswer } from './answers.ts';
import { apiUrl } from './fetch-json.ts';
import { FirstEvent } from './first-event.tsx';
import { queryParts } from './query-text.ts';
import { useAnswer } from './use-answer.ts';

/** Nothing to show: what to do next. */
export function NoEvents({ query }: { readonly query: string }) {
  const { value } = useAnswer<RowsAnswer>(
    query === '' ? undefined : apiUrl('events', { q: query, limit: 1 }),
  );
  if (query === '') return <FirstEvent />;
  const { where, range } = queryParts(query);
  return (
    <div class="empty">
      <h2>No row fits this query</h2>
      {value?.hints?.map((hint) => (
        <p key={hint}>{hint}</p>
      ))}
      <ul>
        {range !== '' && (
          <li>
            <a href={withParams({ q: where })}>Look at all times</a> instead of {range}
          </li>
        )}
        <li>
          <a href={hrefTo([])}>Show all events</a>
        </li>
        <li>
          <a href={withParams({ live: '1' })}>Wait for new ones</a>: they appear as they come
        </li>
      </ul>
    </div>
  );
}
