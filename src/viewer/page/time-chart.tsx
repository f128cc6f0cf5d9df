import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { formatClock, formatDay, formatNumber, formatTime } from './format.ts';
import { Problem } from './problem.tsx';
import { isUtc, useSettings } from './settings.ts';
import { useDark } from './use-dark.ts';
import { useUplot } from './use-uplot.ts';

export interface TimeLine {
  readonly label: string;
  /** Beside `times`; null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface TimeChartProps {
  /** Milliseconds, rising. */
  readonly times: readonly number[];
  readonly lines: readonly TimeLine[];
  readonly label: string;
  readonly onRange: (fromMs: number, toMs: number) => void;
}

const HEIGHT = 240;

/** Mode 1: 0 is the end of the axis wherever no value lies beyond it. */
const FROM_ZERO = { pad: 0.1, soft: 0, mode: 1 } as const;

/** Lines over time. Dragging over a part chooses its range. */
export function TimeChart({ times, lines, label, onRange }: TimeChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const range = useRef(onRange);
  range.current = onRange;
  const { library, error, reload } = useUplot();
  const { zone } = useSettings();
  const isDark = useDark();
  useEffect(() => {
    const element = box.current;
    if (element === null || library === undefined) return;
    const [color = '', grid = '', ...colors] = colorsOf(element);
    const axis = {
      stroke: color,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1 },
    };
    const plot = new library(
      {
        width: element.clientWidth,
        height: HEIGHT,
        ms: 1,
        tzDate: (ms) => (isUtc() ? library.tzDate(new Date(ms), 'Etc/UTC') : new Date(ms)),
        cursor: { drag: { x: true, y: false, setScale: false } },
        legend: { show: true, live: true },
        // From 0 on: beside an axis that begins at its least value a small difference looks like a large one.
        scales: { y: { range: { min: FROM_ZERO, max: FROM_ZERO } } },
        axes: [
          { ...axis, values: (_plot, ticks, _axis, _space, step) => ticks.map((ms) => tickText(ms, step)) },
          { ...axis, size: 64, values: (_plot, ticks) => ticks.map(formatNumber) },
        ],
        series: [
          { label: 'time', value: (_plot, ms) => (ms === null ? '–' : formatTime(ms)) },
          ...lines.map((line, at) => ({
            label: line.label,
            stroke: colors[at % colors.length] ?? color,
            width: 1.5,
            points: { show: times.length < 60 },
            value: (_plot: uPlot, value: number | null) => (value === null ? '–' : formatNumber(value)),
          })),
        ],
        hooks: {
          setSelect: [
            (drawn) => {
              const { left, width } = drawn.select;
              if (width > 3) range.current(drawn.posToVal(left, 'x'), drawn.posToVal(left + width, 'x'));
            },
          ],
        },
      },
      [times as number[], ...lines.map(({ values }) => values as (number | null)[])],
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [times, lines, library, zone, isDark]);
  if (error !== undefined) return <Problem error={error} onRetry={reload} />;
  return <div class="time-chart" ref={box} role="img" aria-label={label} />;
}

/** As long as the step needs; where a day begins, the day. */
function tickText(ms: number, stepMs: number): string {
  const clock = formatClock(ms);
  if (stepMs >= 86_400_000 || clock === '00:00:00.000') return formatDay(ms).slice(5);
  return clock.slice(0, stepMs >= 60_000 ? 5 : stepMs >= 1000 ? 8 : 12);
}

/** The colours of the theme as a canvas takes them: of the axes, of the grid, of the lines. */
function colorsOf(element: HTMLElement): string[] {
  const style = getComputedStyle(element);
  // What `var(--x)` says of light and dark is worked out where it is the colour of an element.
  const colors = ['muted', 'edge', 1, 2, 3, 4, 5, 6, 7, 8].map((name) => {
    element.style.color = `var(--${typeof name === 'number' ? 'line-' : ''}${name})`;
    return style.color;
  });
  element.style.color = '';
  return colors;
}
