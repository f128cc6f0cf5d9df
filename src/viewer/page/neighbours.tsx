import type { Row } from '../store/event-store.ts';
import { hrefTo } from './address.ts';
import type { RowsAnswer } from './answers.ts';
import { apiUrl } from './fetch-json.ts';
import { formatDuration } from './format.ts';
import { rangeOf } from './query-text.ts';
import { isError, rowField, rowSummary } from './row-field.ts';
import { termOf } from './term-of.ts';
import { useAnswer } from './use-answer.ts';

const SHOWN = 4;

/** What happened just before and after, in the same session, else in the same trace. */
export function Neighbours({ row }: { readonly row: Row }) {
  const session = rowField(row, 'session');
  const by = session !== undefined ? 'session' : row.traceId ? 'trace' : undefined;
  const term = by === undefined ? undefined : termOf(by, session ?? row.traceId);
  const at = Math.floor(row.timeMs);
  // Of the same millisecond there may be several: those are sorted by the exact time here.
  const before = useAnswer<RowsAnswer>(
    term && apiUrl('events', { q: `${term} ${rangeOf(0, at + 1)}`, limit: 2 * SHOWN }),
  );
  const after = useAnswer<RowsAnswer>(
    term &&
      apiUrl('events', {
        q: `${term} since:${new Date(at).toISOString()}`,
        order: 'oldest',
        limit: 2 * SHOWN,
      }),
  );
  if (by === undefined) return null;
  const around = [
    ...(before.value?.rows
      .filter((one) => isBefore(one, row))
      .slice(0, SHOWN)
      .toReversed() ?? []),
    row,
    ...(after.value?.rows.filter((one) => isBefore(row, one)).slice(0, SHOWN) ?? []),
  ];
  return (
    <section>
      <h3>Around it, in the same {by}</h3>
      <ol class="neighbours">
        {around.map((one) => (
          <li key={one.id} class={one.id === row.id ? 'current' : isError(one) ? 'error' : ''}>
            <a href={eventHref(one.id)} aria-current={one.id === row.id}>
              <span class="number muted">{one.id === row.id ? 'this' : offset(one.timeMs - row.timeMs)}</span>
              <span>{one.name || '(no name)'}</span>
              <span class="muted">{rowSummary(one)}</span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}

function eventHref(id: string): string {
  if (location.pathname.startsWith('/event/')) return hrefTo(['event', id]);
  const params = new URLSearchParams(location.search);
  params.set('event', id);
  return `${location.pathname}?${params}`;
}

function offset(ms: number): string {
  return ms < 0 ? `−${formatDuration(-ms)}` : `+${formatDuration(ms)}`;
}

function isBefore(one: Row, other: Row): boolean {
  if (one.id === other.id) return false;
  const difference = BigInt(one.timeUnixNano) - BigInt(other.timeUnixNano);
  return difference === 0n ? one.id < other.id : difference < 0n;
}
