import type { Row } from '../store/event-store.ts';
import { withParams } from './address.ts';
import { formatClock, formatDuration, formatTime, severityName, valueText } from './format.ts';
import { isError, rowField } from './row-field.ts';
import { storyHref } from './story-href.ts';
import { VirtualList } from './virtual-list.tsx';

export interface ListedRow {
  readonly row: Row;
  /** How many like it stand behind it and are not shown. */
  readonly repeats: number;
}

export interface EventListProps {
  readonly count: number;
  readonly columns: readonly string[];
  readonly at: (place: number) => ListedRow | undefined;
  readonly current: number | undefined;
  readonly label: string;
  /** A time that others are told from, as `+1.2 s`. */
  readonly sinceMs?: number | undefined;
  /** The rows are of several days, or of another than today. */
  readonly showsDay: boolean;
  readonly onChoose: (place: number) => void;
  readonly onView?: (from: number, to: number, isAtTop: boolean) => void;
}

const ROW_HEIGHT = 26;

/** Pixels, as in `style/narrow.css`. */
const NARROW = 600;

const WIDTHS: Readonly<Record<string, string>> = {
  severity: '6ch',
  name: 'minmax(16ch, 26ch)',
  service: 'minmax(8ch, 14ch)',
  duration: '10ch',
  kind: '6ch',
  summary: 'minmax(20ch, 1fr)',
};

/** Rows in columns. The time is always the first. */
export function EventList(props: EventListProps) {
  const { count, columns, at, current, sinceMs, showsDay, onChoose } = props;
  const isLastWide = columns.at(-1) === 'summary';
  const widths = columns.map((column) => WIDTHS[column] ?? 'minmax(10ch, 20ch)');
  // Where there is little room, how long after is enough: the time is in the title.
  const isShort = sinceMs !== undefined && innerWidth <= NARROW;
  const time = `${(sinceMs === undefined || isShort ? 14 : 28) + (showsDay && !isShort ? 6 : 0)}ch`;
  const template = [time, ...widths, ...(isLastWide ? [] : ['1fr'])].join(' ');
  const style = { gridTemplateColumns: template };
  return (
    <VirtualList
      count={count}
      rowHeight={ROW_HEIGHT}
      label={props.label}
      current={current}
      columns={columns.length + 1}
      {...(props.onView && { onView: props.onView })}
      head={<ListHead columns={columns} style={style} />}
      row={(place) => {
        const listed = at(place);
        const className = [
          'row',
          listed && isError(listed.row) ? 'error' : '',
          place === current ? 'current' : '',
        ];
        return (
          <div
            key={place}
            id={`row-${place}`}
            role="row"
            class={className.join(' ')}
            aria-rowindex={place + 2}
            aria-selected={place === current}
            style={style}
            onClick={({ target }) => (target as Element).closest('a') === null && onChoose(place)}
          >
            <Cells
              listed={listed}
              columns={columns}
              sinceMs={sinceMs}
              showsDay={showsDay}
              isShort={isShort}
            />
          </div>
        );
      }}
    />
  );
}

function Cells({
  listed,
  columns,
  sinceMs,
  showsDay,
  isShort,
}: { readonly listed: ListedRow | undefined; readonly isShort: boolean } & Pick<
  EventListProps,
  'columns' | 'sinceMs' | 'showsDay'
>) {
  if (listed === undefined) {
    return (
      <div role="gridcell" class="cell muted">
        …
      </div>
    );
  }
  const { row, repeats } = listed;
  return (
    <>
      <div
        role="gridcell"
        class={`cell time ${severityName(row.severity) || 'none'}`}
        title={formatTime(row.timeMs)}
      >
        {!isShort && (showsDay ? formatTime(row.timeMs).slice(5) : formatClock(row.timeMs))}
        {sinceMs !== undefined && <span class="muted"> {`+${formatDuration(row.timeMs - sinceMs)}`}</span>}
      </div>
      {columns.map((column) => (
        <Cell key={column} row={row} column={column} repeats={column === 'name' ? repeats : 0} />
      ))}
    </>
  );
}

function Cell({
  row,
  column,
  repeats,
}: {
  readonly row: Row;
  readonly column: string;
  readonly repeats: number;
}) {
  const value = rowField(row, column);
  const isDuration = column === 'duration' && typeof value === 'number';
  const text = isDuration ? formatDuration(value) : valueText(value);
  const href = storyHref(column, text);
  const kind = typeof value === 'number' ? ' number' : '';
  return (
    <div role="gridcell" class={`cell ${COLUMN_CLASS[column] ?? 'field'}${kind}`} title={text.slice(0, 1000)}>
      {column === 'name' && row.kind === 'span' && <span class="kind">span</span>}
      {href === undefined ? text.slice(0, 500) : <a href={href}>{text}</a>}
      {repeats > 0 && <span class="repeats">{`×${repeats + 1}`}</span>}
    </div>
  );
}

const COLUMN_CLASS: Readonly<Record<string, string>> = {
  name: 'name',
  summary: 'summary',
  severity: 'severity',
};

function ListHead({
  columns,
  style,
}: {
  readonly columns: readonly string[];
  readonly style: Record<string, string>;
}) {
  const without = (column: string): string => withParams({ col: columns.filter((one) => one !== column) });
  return (
    <div role="rowgroup" class="list-head">
      <div role="row" class="row head" style={style} aria-rowindex={1}>
        <div role="columnheader" class="cell">
          time
        </div>
        {columns.map((column) => (
          <div key={column} role="columnheader" class="cell">
            {column}
            {columns.length > 1 && (
              <a href={without(column)} tabIndex={-1} aria-label={`Column ${column} away`}>
                ×
              </a>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}
