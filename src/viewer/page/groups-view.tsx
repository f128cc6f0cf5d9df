import { useMemo } from 'preact/hooks';
import { STATS } from '../store/event-store.ts';
import { go, hrefTo, useAddress, withParams } from './address.ts';
import { allTimes } from './all-times.ts';
import type { GroupsAnswer } from './answers.ts';
import { CoverageNote } from './coverage-note.tsx';
import { apiUrl } from './fetch-json.ts';
import { FieldInput } from './field-input.tsx';
import { formatCount, formatDuration, formatNumber, valueText } from './format.ts';
import { OverTable } from './over-table.tsx';
import { Problem } from './problem.tsx';
import { queryParts, rangeOf, withRange, withTerm } from './query-text.ts';
import { RangeChooser } from './range-chooser.tsx';
import { SearchBox } from './search-box.tsx';
import { termOf } from './term-of.ts';
import { TimeChart } from './time-chart.tsx';
import { useAnswer } from './use-answer.ts';

const OVER = ['', '10s', '1m', '5m', '15m', '1h', '6h', '1d'];
const LINES = 8;

/** Rows by a field: how many, averages and percentiles of numbers, over time. */
export function GroupsView() {
  const { params } = useAddress();
  const query = params.get('q') ?? '';
  const by = params.get('by') ?? 'name';
  const stats = params.getAll('stat');
  const over = params.get('over') ?? '';
  const shown = Math.min(Number(params.get('line') ?? 0) || 0, stats.length);
  const url = apiUrl('groups', {
    q: query,
    by: by || undefined,
    stat: stats,
    over: over || undefined,
    top: 50,
  });
  const { value, error, reload } = useAnswer<GroupsAnswer>(url);
  const set = (changes: Parameters<typeof withParams>[0]): void => go(withParams(changes));
  const chart = useMemo(() => chartOf(value, by, shown), [value, by, shown]);
  const names = ['count', ...stats];
  return (
    <main class="page">
      <h1 class="unseen">Groups</h1>
      <div class="query-bar">
        <SearchBox
          query={query}
          error={error?.at === undefined ? undefined : error}
          isMain
          onSearch={(q) => set({ q })}
        />
        <RangeChooser query={query} onChoose={(q) => set({ q })} />
      </div>
      <div class="form">
        <FieldInput label="Group by" value={by} onChange={(field) => set({ by: field })} />
        <label class="field">
          <span>Over time</span>
          <select value={over} onChange={({ currentTarget }) => set({ over: currentTarget.value })}>
            {[...new Set([...OVER, over])].map((one) => (
              <option key={one} value={one}>
                {one === '' ? 'no' : `each ${one}`}
              </option>
            ))}
          </select>
        </label>
        {stats.map((stat, at) => (
          <StatInput
            key={`${at}${stat}`}
            stat={stat}
            onChange={(next) => set({ stat: stats.map((one, place) => (place === at ? next : one)) })}
          />
        ))}
        <button
          type="button"
          class="quiet"
          onClick={() => set({ stat: [...stats, stats.length === 0 ? 'avg:duration' : 'p95:duration'] })}
        >
          + number
        </button>
      </div>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {chart !== undefined && (
        <section>
          <div class="tabs">
            {names.map((name, at) => (
              <a
                key={name}
                class="button quiet"
                href={withParams({ line: at === 0 ? undefined : String(at) })}
                aria-pressed={at === shown}
                role="button"
              >
                {name}
              </a>
            ))}
          </div>
          <TimeChart
            times={chart.times}
            lines={chart.lines}
            label={`${names[shown]} by ${by} over time`}
            onRange={(from, to) => set({ q: withRange(query, rangeOf(from, to)) })}
          />
          <OverTable times={chart.times} lines={chart.lines} />
        </section>
      )}
      {value !== undefined && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>{by || 'all'}</th>
                {names.map((name) => (
                  <th key={name} class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {value.groups.map((group) => (
                <tr key={valueText(group.value)}>
                  <td>
                    <a href={hrefTo([], { q: by === '' ? query : withTerm(query, termOf(by, group.value)) })}>
                      {group.value === undefined || group.value === null
                        ? by === ''
                          ? 'all'
                          : '(without)'
                        : valueText(group.value)}
                    </a>
                  </td>
                  <td class="number" data-label="count">
                    {formatCount(group.count)}
                  </td>
                  {group.stats.map((number, at) => (
                    <td key={stats[at]} class="number" data-label={stats[at]}>
                      {statText(stats[at] ?? '', number)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {value.groups.length === 0 && (
            <p class="empty">No row fits. {queryParts(query).range !== '' && 'Choose another time.'}</p>
          )}
          <CoverageNote answer={value} />
        </div>
      )}
    </main>
  );
}

function StatInput({ stat, onChange }: { readonly stat: string; readonly onChange: (stat: string) => void }) {
  const colon = stat.indexOf(':');
  const kind = stat.slice(0, colon);
  const field = stat.slice(colon + 1);
  return (
    <span class="stat">
      <label class="field">
        <span>Number</span>
        <select value={kind} onChange={({ currentTarget }) => onChange(`${currentTarget.value}:${field}`)}>
          {STATS.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <FieldInput
        label="of"
        value={field}
        onChange={(next) => onChange(next === '' ? '' : `${kind}:${next}`)}
      />
      <button type="button" class="quiet" aria-label={`Without ${stat}`} onClick={() => onChange('')}>
        ×
      </button>
    </span>
  );
}

function statText(stat: string, number: number | null | undefined): string {
  if (number === null || number === undefined) return '–';
  return stat.endsWith(':duration') && !stat.startsWith('distinct')
    ? formatDuration(number)
    : formatNumber(number);
}

/** The lines of the largest groups; undefined without times. */
function chartOf(answer: GroupsAnswer | undefined, by: string, shown: number) {
  const groups = answer?.groups.filter(({ over }) => over !== undefined).slice(0, LINES) ?? [];
  const times = allTimes(groups.flatMap(({ over = [] }) => over.map(({ fromMs }) => fromMs)));
  if (times.length < 2) return undefined;
  const lines = groups.map(({ value, over = [] }) => {
    const byTime = new Map(
      over.map((bucket) => [bucket.fromMs, shown === 0 ? bucket.count : (bucket.stats[shown - 1] ?? null)]),
    );
    // No rows are a count of nothing, but no average.
    const values = times.map((ms) => byTime.get(ms) ?? (shown === 0 ? 0 : null));
    const without = by === '' ? 'all' : '(without)';
    return { label: value === undefined || value === null ? without : valueText(value).slice(0, 40), values };
  });
  return { times, lines };
}
