import { hrefTo, withParams } from './address.ts';
import { FirstEvent } from './first-event.tsx';
import { queryParts } from './query-text.ts';

/** Nothing to show: what to do next. */
export function NoEvents({ query }: { readonly query: string }) {
  if (query === '') return <FirstEvent />;
  const { where, range } = queryParts(query);
  return (
    <div class="empty">
      <h2>No row fits this query</h2>
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
