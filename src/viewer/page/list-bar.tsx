import type { ComponentChildren } from 'preact';
import { hrefTo, withParams } from './address.ts';
import { apiUrl } from './fetch-json.ts';
import { plural } from './format.ts';
import type { Live } from './use-live.ts';

export interface ListBarProps {
  readonly columns: readonly string[];
  readonly query: string;
  readonly live: Live;
  readonly isLive: boolean;
  readonly isPaused: boolean;
  /** New rows wait because somebody reads further down. */
  readonly isHeld: boolean;
  readonly isFolded: boolean;
  readonly onPause: () => void;
  readonly onTop: () => void;
  readonly children: ComponentChildren;
}

const MORE_COLUMNS = ['severity', 'duration', 'user', 'session', 'kind'];

/** What stands above the list: how many, live or not, columns, what else can be done with these rows. */
export function ListBar(props: ListBarProps) {
  const { columns, query, live, isLive, isPaused, isFolded } = props;
  return (
    <div class="list-bar">
      {props.children}
      <span class="space" />
      {live.skipped > 0 && (
        <span class="warning">{`${plural(live.skipped, 'row')} left out: too many to show`}</span>
      )}
      {isLive && live.waiting > 0 && (
        <button type="button" class="waiting" onClick={props.onTop}>
          {`↑ ${plural(live.waiting, 'new row')}`}
        </button>
      )}
      <a
        class={`button live ${live.state}`}
        href={withParams({ live: isLive ? undefined : '1' })}
        title="l"
        aria-pressed={isLive}
        role="button"
      >
        {isLive ? LIVE_TEXT[live.state] : 'Live'}
      </a>
      {isLive && (
        <button type="button" class="quiet" onClick={props.onPause} aria-pressed={isPaused} title="p">
          {isPaused ? 'Go on' : 'Pause'}
        </button>
      )}
      <a
        class="button quiet"
        href={withParams({ fold: isFolded ? undefined : '1' })}
        aria-pressed={isFolded}
        role="button"
      >
        {isFolded ? 'Repeats folded' : 'Fold repeats'}
      </a>
      <details class="menu">
        <summary>Columns</summary>
        <ul>
          {[
            ...new Set([
              'name',
              'service',
              ...MORE_COLUMNS,
              ...columns.filter((one) => one !== 'summary'),
              'summary',
            ]),
          ].map((column) => (
            <li key={column}>
              <a
                href={withParams({ col: toggled(columns, column) })}
                aria-pressed={columns.includes(column)}
                role="button"
              >
                {columns.includes(column) ? '✓ ' : ''}
                {column}
              </a>
            </li>
          ))}
          <li class="muted">▥ in an event adds any other</li>
        </ul>
      </details>
      <details class="menu">
        <summary>More</summary>
        <ul>
          <li>
            <a href={hrefTo(['groups'], { q: query, by: 'name' })}>Group these</a>
          </li>
          <li>
            <a href={hrefTo(['compare'], { q: query, left: 'severity:>=error', right: 'severity:<error' })}>
              Compare within these
            </a>
          </li>
          <li>
            <a href={apiUrl('export', { q: query, format: 'csv' })} download>
              Export as CSV
            </a>
          </li>
          <li>
            <a href={apiUrl('export', { q: query, format: 'jsonl' })} download>
              Export as JSON lines
            </a>
          </li>
        </ul>
      </details>
    </div>
  );
}

const LIVE_TEXT = { off: 'Live', connecting: 'Connecting …', on: '● Live', broken: 'Connecting anew …' };

/** The summary takes what is left of the width, so it stays the last. */
function toggled(columns: readonly string[], column: string): string[] {
  if (columns.includes(column)) return columns.filter((one) => one !== column);
  const others = columns.filter((one) => one !== 'summary');
  const summary = columns.includes('summary') || column === 'summary' ? ['summary'] : [];
  return [...others, ...(column === 'summary' ? [] : [column]), ...summary];
}
