import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { go, hrefTo, useAddress, withParams } from './address.ts';
import type { HistogramAnswer } from './answers.ts';
import { CoverageNote } from './coverage-note.tsx';
import { defaultColumns } from './default-columns.ts';
import { EventDetail } from './event-detail.tsx';
import { EventList } from './event-list.tsx';
import { Facets } from './facets.tsx';
import { apiUrl } from './fetch-json.ts';
import { formatCount, isOverDays } from './format.ts';
import { Histogram } from './histogram.tsx';
import { ListBar } from './list-bar.tsx';
import { NoEvents } from './no-events.tsx';
import { Problem } from './problem.tsx';
import { rangeOf, withRange } from './query-text.ts';
import { RangeChooser } from './range-chooser.tsx';
import { isError } from './row-field.ts';
import { SearchBox } from './search-box.tsx';
import { useSettings } from './settings.ts';
import { useAnswer } from './use-answer.ts';
import { useKeys } from './use-keys.ts';
import { useLinkedPlace } from './use-linked-place.ts';
import { useListedRows } from './use-listed-rows.ts';
import { useLive } from './use-live.ts';
import { useNewestRows } from './use-newest-rows.ts';

/** How often counts are asked for while new rows come in. */
const REFRESH_MS = 5000;

/** The list of events with its search, its counts over time and by value, and one event beside it. */
export function EventsView() {
  const { params } = useAddress();
  const query = params.get('q') ?? '';
  const chosenColumns = params.getAll('col');
  const columns = chosenColumns.length === 0 ? defaultColumns() : chosenColumns;
  const shownId = params.get('event') ?? undefined;
  const isLive = params.get('live') === '1';
  const isFolded = params.get('fold') === '1';
  const [isPaused, setPaused] = useState(false);
  const [isAtTop, setAtTop] = useState(true);
  const [current, setCurrent] = useState<number>();
  const pending = useRef<number>(undefined);
  const tick = useTick(isLive && !isPaused);
  const { zone } = useSettings();

  // Asked for before all else, since the store answers one question after the other.
  const newest = useNewestRows(isFolded ? undefined : query);
  const histogram = useAnswer<HistogramAnswer>(
    apiUrl('histogram', { q: query, buckets: 80, by: 'severity' }),
    tick,
  );
  const bounds = useBounds(`${query} ${isLive}`, histogram.value, histogram.isLoading);
  // Who reads further down must not be pushed about by what comes in at the top.
  const live = useLive(query, isLive, isPaused || !isAtTop);
  const list = useListedRows(query, newest, bounds, live.rows, isFolded);
  useLinkedPlace(isFolded ? undefined : shownId, query, bounds, list, setCurrent);
  const error = histogram.error ?? list.error;
  const search = (next: string): void => {
    pending.current = undefined;
    setCurrent(undefined);
    go(withParams({ q: next, event: undefined }));
  };
  const show = (place: number): void => {
    setCurrent(place);
    const listed = list.at(place);
    pending.current = listed === undefined ? place : undefined;
    if (listed !== undefined)
      go(withParams({ event: listed.row.id }), shownId === undefined ? 'push' : 'replace');
  };
  // Somebody was quicker than the row that they chose.
  useEffect(() => {
    if (pending.current !== undefined && list.at(pending.current) !== undefined) show(pending.current);
  });
  const move = (step: number): void => {
    const next = Math.max(0, Math.min(list.count - 1, (current ?? (step > 0 ? -1 : 0)) + step));
    if (list.count === 0) return;
    if (shownId === undefined) setCurrent(next);
    else show(next);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => move(20),
    PageUp: () => move(-20),
    Home: () => move(-list.count),
    End: () => move(list.count),
    Enter: () => current !== undefined && show(current),
    e: () => {
      const found = list.find(isError, (current ?? -1) + 1);
      if (found !== undefined) show(found);
    },
    l: () => go(withParams({ live: isLive ? undefined : '1' })),
    p: () => isLive && setPaused(!isPaused),
    Escape: () => (shownId === undefined ? setCurrent(undefined) : go(withParams({ event: undefined }))),
  });

  const drawn = histogram.value;
  const showsDay =
    drawn !== undefined && isOverDays(drawn.fromMs, drawn.fromMs + drawn.bucketMs * drawn.counts.length - 1);
  const isStale = error === undefined && (list.isStale || (isFolded && histogram.isLoading));
  const isEmpty = error === undefined && list.isKnown && list.count === 0;
  // What a page of rows does not change is not drawn anew with it: the list has to keep up with who scrolls.
  const bars = useMemo(
    () =>
      histogram.value === undefined || histogram.value.counts.length === 0 ? null : (
        <Histogram
          answer={histogram.value}
          onBrush={(from, to) => search(withRange(query, rangeOf(from, to)))}
        />
      ),
    [histogram.value, query, zone],
  );
  const facetFields = params.getAll('facet');
  const facets = useMemo(
    () => <Facets query={query} fields={facetFields} turn={tick} />,
    [query, tick, params],
  );

  return (
    <main class={shownId === undefined ? 'events' : 'events with-detail'}>
      <h1 class="unseen">Events</h1>
      <div class="query-bar">
        <SearchBox
          query={query}
          error={error?.at === undefined ? undefined : error}
          isMain
          onSearch={search}
        />
        <RangeChooser query={query} onChoose={search} />
      </div>
      {error !== undefined && <Problem error={error} onRetry={histogram.reload} />}
      {!isEmpty && bars}
      <div class="events-body">
        {!isEmpty && error === undefined && (
          <details class="facets-box" open={innerWidth > 900}>
            <summary>Values</summary>
            {/* The viewer answers two questions at once: rows come first. */}
            {list.isKnown && facets}
          </details>
        )}
        <section
          class={isStale ? 'events-list stale' : 'events-list'}
          aria-label="Events"
          aria-busy={isStale}
        >
          <ListBar
            columns={columns}
            query={query}
            live={live}
            isLive={isLive}
            isPaused={isPaused}
            isHeld={!isAtTop && !isPaused}
            isFolded={isFolded}
            onPause={() => setPaused(!isPaused)}
            onTop={() => {
              setCurrent(0);
              setPaused(false);
            }}
          >
            <span class="number">
              {list.isKnown
                ? `${formatCount(list.count)}${list.isMore ? '+' : ''} rows`
                : error === undefined && '…'}
            </span>
            <CoverageNote answer={histogram.value} />
          </ListBar>
          {isEmpty && <NoEvents query={query} />}
          {!isEmpty && error === undefined && (
            <EventList
              count={list.count}
              columns={columns}
              at={list.at}
              current={current}
              label="Events, the newest first"
              showsDay={showsDay}
              onChoose={show}
              onView={(from, to, atTop) => {
                list.want(from, to);
                setAtTop(atTop);
              }}
            />
          )}
        </section>
        {shownId !== undefined && (
          <EventDetail
            id={shownId}
            query={query}
            columns={columns}
            onClose={() => go(withParams({ event: undefined }))}
          />
        )}
      </div>
    </main>
  );
}

/** One event alone, for links to it. */
export function EventPage({ id }: { readonly id: string }) {
  useKeys({ Escape: () => go(hrefTo([])) });
  return (
    <main class="single">
      <h1 class="unseen">Event</h1>
      <EventDetail id={id} query="" columns={defaultColumns()} />
    </main>
  );
}

function useTick(isOn: boolean): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setTick((before) => before + 1), REFRESH_MS);
    return () => clearInterval(timer);
  }, [isOn]);
  return tick;
}

/** The range of the list stays that of its first answer: new rows come in live, not by counting anew. Undefined until then. */
function useBounds(
  key: string,
  answer: HistogramAnswer | undefined,
  isLoading: boolean,
): { readonly fromMs: number; readonly toMs: number } | undefined {
  const held = useRef<{ key: string; fromMs: number; toMs: number }>(undefined);
  if (!isLoading && answer !== undefined && held.current?.key !== key) {
    held.current = {
      key,
      fromMs: answer.fromMs,
      toMs: answer.fromMs + answer.bucketMs * answer.counts.length,
    };
  }
  const { fromMs, toMs } = held.current?.key === key ? held.current : {};
  return useMemo(
    () => (fromMs === undefined || toMs === undefined ? undefined : { fromMs, toMs }),
    [fromMs, toMs],
  );
}
