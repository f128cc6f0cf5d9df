import { useMemo, useState } from 'preact/hooks';
import type { Row } from '../store/event-store.ts';
import { go, hrefTo, useAddress, withParams } from './address.ts';
import type { RowsAnswer } from './answers.ts';
import { defaultColumns } from './default-columns.ts';
import { EventDetail } from './event-detail.tsx';
import { apiUrl } from './fetch-json.ts';
import { formatDuration, formatTime, plural, severityName } from './format.ts';
import { Problem } from './problem.tsx';
import { isError, rowDuration, rowSummary } from './row-field.ts';
import { spanTree, type TraceLine } from './span-tree.ts';
import { useAnswer } from './use-answer.ts';
import { useKeys } from './use-keys.ts';
import { VirtualList } from './virtual-list.tsx';

/** A trace as a waterfall, with the events on their spans. */
export function TraceView({ id }: { readonly id: string }) {
  const { value, error, isLoading, reload } = useAnswer<RowsAnswer>(
    apiUrl(`traces/${encodeURIComponent(id.toWellFormed())}`),
  );
  const rows = value?.rows ?? [];
  const shownId = useAddress().params.get('event') ?? undefined;
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => spanTree(rows, closed), [value, closed]);
  const found = lines.findIndex(({ row }) => row.id === shownId);
  const current = found < 0 ? undefined : found;
  const span = spanOf(rows);
  const show = (place: number): void => {
    const line = lines[place];
    if (line !== undefined)
      go(withParams({ event: line.row.id }), shownId === undefined ? 'push' : 'replace');
  };
  const toggle = (line: TraceLine | undefined): void => {
    if (line === undefined || line.below === 0) return;
    setClosed((before) => toggled(before, line.row.id));
  };
  const errors = rows.filter(isError).length;
  useKeys({
    j: () => show(Math.min(lines.length - 1, (current ?? -1) + 1)),
    k: () => show(Math.max(0, (current ?? 0) - 1)),
    ArrowDown: () => show(Math.min(lines.length - 1, (current ?? -1) + 1)),
    ArrowUp: () => show(Math.max(0, (current ?? 0) - 1)),
    Enter: () => current !== undefined && toggle(lines[current]),
    e: () => {
      setClosed(new Set());
      const all = spanTree(rows, new Set());
      const at = all.findIndex(({ row }) => row.id === shownId);
      const next = [...all.slice(at + 1), ...all].find(({ row }) => isError(row));
      if (next !== undefined) go(withParams({ event: next.row.id }), 'replace');
    },
    c: () =>
      setClosed(
        closed.size > 0
          ? new Set()
          : new Set(lines.filter(({ below }) => below > 0).map(({ row }) => row.id)),
      ),
    Escape: () => (shownId === undefined ? history.back() : go(withParams({ event: undefined }))),
  });

  return (
    <main class={shownId === undefined ? 'timeline' : 'timeline with-detail'}>
      <header class="page-head">
        <h1>
          Trace <code>{id.slice(0, 32)}</code>
        </h1>
        {rows.length > 0 && (
          <p>
            <time>{formatTime(span.fromMs)}</time>
            <span>{formatDuration(span.toMs - span.fromMs)}</span>
            <span>{plural(rows.filter(({ kind }) => kind === 'span').length, 'span')}</span>
            <span>{plural(rows.filter(({ kind }) => kind !== 'span').length, 'event')}</span>
            {errors > 0 && <span class="badge error">{`${plural(errors, 'error')}: e`}</span>}
            <a href={hrefTo([], { q: `trace:${id}` })}>as a list</a>
            {typeof value?.next === 'string' && (
              <span class="warning">There are more rows than are shown.</span>
            )}
          </p>
        )}
      </header>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {!isLoading && value !== undefined && rows.length === 0 && (
        <div class="empty">
          <h2>Nothing is stored of this trace</h2>
          <p>
            Its spans may not have come yet, or were removed by the cap on size or age. Spans arrive when they
            end.
          </p>
        </div>
      )}
      {lines.length > 0 && (
        <div class="events-body">
          <VirtualList
            count={lines.length}
            rowHeight={26}
            label="Spans and events"
            current={current}
            columns={2}
            head={<Scale ms={span.toMs - span.fromMs} />}
            row={(place) => (
              <Line
                key={lines[place]?.row.id}
                line={lines[place] as TraceLine}
                place={place}
                isCurrent={place === current}
                span={span}
                onChoose={() => show(place)}
                onToggle={() => toggle(lines[place])}
              />
            )}
          />
          {shownId !== undefined && (
            <EventDetail
              id={shownId}
              query=""
              columns={defaultColumns()}
              onClose={() => go(withParams({ event: undefined }))}
            />
          )}
        </div>
      )}
    </main>
  );
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

interface LineProps {
  readonly line: TraceLine;
  readonly place: number;
  readonly isCurrent: boolean;
  readonly span: Span;
  readonly onChoose: () => void;
  readonly onToggle: () => void;
}

function Line({ line, place, isCurrent, span, onChoose, onToggle }: LineProps) {
  const { row, depth, below, errorsBelow, marks, isClosed } = line;
  const isSpan = row.kind === 'span';
  const left = share(row.timeMs, span);
  const duration = rowDuration(row);
  const width = isSpan ? Math.max(0.15, share(row.timeMs + (row.durationMs ?? 0), span) - left) : 0;
  // Beside the bar, on the side where there is room; on it where there is none.
  const isWide = left < 25 && left + width > 75;
  const isAtEnd = left + width > 75;
  const labelStyle = isWide ? {} : isAtEnd ? { right: `${100 - left}%` } : { left: `${left + width}%` };
  return (
    <div
      id={`row-${place}`}
      role="row"
      class={['row', 'trace-row', isError(row) ? 'error' : '', isCurrent ? 'current' : ''].join(' ')}
      aria-rowindex={place + 2}
      aria-selected={isCurrent}
      onClick={onChoose}
    >
      <div
        role="gridcell"
        class="cell trace-name"
        style={{ paddingLeft: `${6 + Math.min(depth, 30) * 14}px` }}
      >
        {below > 0 ? (
          <button
            type="button"
            class="quiet toggle"
            tabIndex={-1}
            aria-label={isClosed ? 'Open' : 'Close'}
            onClick={(event) => {
              event.stopPropagation();
              onToggle();
            }}
          >
            {isClosed ? '▸' : '▾'}
          </button>
        ) : (
          <span class={`dot ${isSpan ? '' : severityName(row.severity) || 'none'}`} />
        )}
        <span class={isSpan ? '' : 'on-span'}>{row.name || rowSummary(row) || '(no name)'}</span>
        <span class="muted">{row.service}</span>
        {isClosed && <span class={errorsBelow > 0 ? 'badge error' : 'badge'}>{`+${below}`}</span>}
      </div>
      <div
        role="gridcell"
        class="cell trace-bars"
        aria-label={duration === undefined ? formatTime(row.timeMs) : formatDuration(duration)}
      >
        {isSpan && (
          <span
            class={isError(row) ? 'span-bar error' : 'span-bar'}
            style={{ left: `${left}%`, width: `${width}%` }}
          />
        )}
        {(isSpan ? marks : [row]).map((mark) => (
          <span
            key={mark.id}
            class={`mark ${severityName(mark.severity) || 'none'}`}
            style={{ left: `${share(mark.timeMs, span)}%` }}
            title={mark.name}
          />
        ))}
        {duration !== undefined && (
          <span class={isWide ? 'bar-label inside' : 'bar-label'} style={labelStyle}>
            {formatDuration(duration)}
          </span>
        )}
      </div>
    </div>
  );
}

function Scale({ ms }: { readonly ms: number }) {
  return (
    <div role="rowgroup" class="list-head">
      <div role="row" class="row head trace-row" aria-rowindex={1}>
        <div role="columnheader" class="cell">
          span or event
        </div>
        <div role="columnheader" class="cell trace-bars" aria-label="time">
          {[0, 0.25, 0.5, 0.75].map((part) => (
            <span key={part} class="tick" style={{ left: `${part * 100}%` }}>
              {formatDuration(part * ms)}
            </span>
          ))}
        </div>
      </div>
    </div>
  );
}

function spanOf(rows: readonly Row[]): Span {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for (const { timeMs, durationMs, kind } of rows) {
    fromMs = Math.min(fromMs, timeMs);
    toMs = Math.max(toMs, timeMs + (kind === 'span' ? (durationMs ?? 0) : 0));
  }
  return { fromMs, toMs };
}

/** Of a hundred, from the beginning of the trace. */
function share(ms: number, { fromMs, toMs }: Span): number {
  return toMs > fromMs ? Math.max(0, Math.min(100, (100 * (ms - fromMs)) / (toMs - fromMs))) : 0;
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}
