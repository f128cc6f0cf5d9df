import { queryParts, withRange } from './query-text.ts';

const RANGES: readonly (readonly [string, string])[] = [
  ['', 'all times'],
  ['last:5m', 'last 5 minutes'],
  ['last:15m', 'last 15 minutes'],
  ['last:1h', 'last hour'],
  ['last:6h', 'last 6 hours'],
  ['last:24h', 'last 24 hours'],
  ['last:7d', 'last 7 days'],
  ['on:today', 'today'],
  ['on:yesterday', 'yesterday'],
];

/** The times that a query asks for, as a choice: it writes them into the query. */
export function RangeChooser({
  query,
  onChoose,
}: {
  readonly query: string;
  readonly onChoose: (query: string) => void;
}) {
  const { range } = queryParts(query);
  const isOther = !RANGES.some(([text]) => text === range);
  return (
    <select
      aria-label="Time"
      value={range}
      onChange={({ currentTarget }) => onChoose(withRange(query, currentTarget.value))}
    >
      {isOther && <option value={range}>as written</option>}
      {RANGES.map(([text, label]) => (
        <option key={text} value={text}>
          {label}
        </option>
      ))}
    </select>
  );
}
