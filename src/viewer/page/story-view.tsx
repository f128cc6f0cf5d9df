import { useMemo } from 'preact/hooks';
import { ROW_ATTRIBUTES } from '../query/row-attributes.ts';
import { go, hrefTo, useAddress, withParams } from './address.ts';
import type { RowsAnswer } from './answers.ts';
import { Conversation } from './conversation.tsx';
import { defaultColumns } from './default-columns.ts';
import { EventDetail } from './event-detail.tsx';
import { EventList } from './event-list.tsx';
import { apiUrl } from './fetch-json.ts';
import { formatDuration, formatTime, isOverDays, plural } from './format.ts';
import { Problem } from './problem.tsx';
import { isError, rowField } from './row-field.ts';
import { termOf } from './term-of.ts';
import { useAnswer } from './use-answer.ts';
import { useKeys } from './use-keys.ts';

export type StoryOf = 'session' | 'user' | 'conversation';

const PLURAL = { session: 'sessions', user: 'users', conversation: 'conversations' } as const;

/** All that happened in a session, to a user or in a conversation, in the order in which it did. */
export function StoryView({ by, id }: { readonly by: StoryOf; readonly id: string }) {
  const { params } = useAddress();
  const shownId = params.get('event') ?? undefined;
  const columns = params.getAll('col').length > 0 ? params.getAll('col') : defaultColumns();
  const withSpans = params.get('spans') === '1';
  const url = apiUrl(`${PLURAL[by]}/${encodeURIComponent(id.toWellFormed())}`, { limit: 1000 });
  const { value, error, reload } = useAnswer<RowsAnswer>(url);
  const all = value?.rows ?? [];
  const rows = useMemo(() => all.filter(({ kind }) => withSpans || kind !== 'span'), [value, withSpans]);
  const found = rows.findIndex((row) => row.id === shownId);
  const current = found < 0 ? undefined : found;
  const first = rows[0];
  const last = rows.at(-1);
  const showsDay = first !== undefined && last !== undefined && isOverDays(first.timeMs, last.timeMs);
  const show = (place: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, place))];
    if (row !== undefined) go(withParams({ event: row.id }), shownId === undefined ? 'push' : 'replace');
  };
  useKeys({
    j: () => show((current ?? -1) + 1),
    k: () => show((current ?? 1) - 1),
    ArrowDown: () => show((current ?? -1) + 1),
    ArrowUp: () => show((current ?? 1) - 1),
    e: () => {
      const at = rows.findIndex((row, place) => place > (current ?? -1) && isError(row));
      if (at >= 0) show(at);
    },
    Escape: () => (shownId === undefined ? history.back() : go(withParams({ event: undefined }))),
  });
  const others = (['user', 'session', 'conversation'] as const).filter((one) => one !== by);

  return (
    <main class={shownId === undefined ? 'timeline' : 'timeline with-detail'}>
      <header class="page-head">
        <h1>
          {by[0]?.toUpperCase()}
          {by.slice(1)} <code>{id.slice(0, 80)}</code>
        </h1>
        {first !== undefined && last !== undefined && (
          <p>
            <time>{formatTime(first.timeMs)}</time>
            <span>{formatDuration(last.timeMs - first.timeMs)}</span>
            <span>{plural(rows.length, 'row')}</span>
            {typeof value?.next === 'string' && (
              <span class="warning">
                Only the first {all.length}: <a href={hrefTo([], { q: termOf(by, id) })}>all as a list</a>
              </span>
            )}
            <a
              href={withParams({ spans: withSpans ? undefined : '1' })}
              aria-pressed={withSpans}
              role="button"
              class="button quiet"
            >
              {withSpans ? 'With spans' : 'Show spans'}
            </a>
            <a href={hrefTo([], { q: termOf(by, id) })}>as a list</a>
            {others.map((one) => (
              <Others key={one} by={one} values={[...new Set(all.map((row) => rowField(row, one)))]} />
            ))}
          </p>
        )}
      </header>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {value !== undefined && all.length === 0 && (
        <div class="empty">
          <h2>Nothing is stored of this {by}</h2>
          <p>
            Rows belong to it by <code>{ROW_ATTRIBUTES[by].join(' or ')}</code>.{' '}
            <a href={hrefTo([])}>Show all events</a>
          </p>
        </div>
      )}
      {rows.length > 0 && (
        <div class="events-body">
          {by === 'conversation' ? (
            <Conversation rows={all} current={shownId} />
          ) : (
            <EventList
              count={rows.length}
              columns={columns}
              at={(place) => (rows[place] === undefined ? undefined : { row: rows[place], repeats: 0 })}
              current={current}
              label={`Events of the ${by}, the oldest first`}
              sinceMs={showsDay ? undefined : first?.timeMs}
              showsDay={showsDay}
              onChoose={show}
            />
          )}
          {shownId !== undefined && (
            <EventDetail
              id={shownId}
              query=""
              columns={columns}
              onClose={() => go(withParams({ event: undefined }))}
            />
          )}
        </div>
      )}
    </main>
  );
}

function Others({ by, values }: { readonly by: StoryOf; readonly values: readonly unknown[] }) {
  const known = values.filter((value) => value !== undefined && value !== null).map(String);
  if (known.length === 0) return null;
  if (known.length > 3) return <span class="muted">{`${known.length} ${PLURAL[by]}`}</span>;
  return (
    <>
      {known.map((value) => (
        <a key={value} href={hrefTo([by, value])}>
          {by} {value.slice(0, 24)}
        </a>
      ))}
    </>
  );
}
