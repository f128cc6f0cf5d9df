import { formatNumber, formatTime } from './format.ts';
import type { TimeLine } from './time-chart.tsx';

export interface OverTableProps {
  readonly times: readonly number[];
  readonly lines: readonly TimeLine[];
}

/** The most times that are listed: those beyond are in the chart. */
const MAX_TIMES = 500;

/** What a chart draws, in numbers: the latest first. */
export function OverTable({ times, lines }: OverTableProps) {
  const shown = times.map((ms, at) => [ms, at] as const).slice(-MAX_TIMES);
  return (
    <details class="over-table">
      <summary>In numbers</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>from</th>
              {lines.map(({ label }) => (
                <th key={label} class="number">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.toReversed().map(([ms, at]) => (
              <tr key={ms}>
                <td>{formatTime(ms).slice(0, 19)}</td>
                {lines.map(({ label, values }) => (
                  <td key={label} class="number" data-label={label}>
                    {typeof values[at] === 'number' ? formatNumber(values[at]) : '–'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
