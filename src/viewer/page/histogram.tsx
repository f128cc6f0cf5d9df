import { useRef, useState } from 'preact/hooks';
import type { HistogramAnswer } from './answers.ts';
import {
  formatClock,
  formatCount,
  formatDay,
  formatDuration,
  formatTime,
  plural,
  severityName,
} from './format.ts';

export interface HistogramProps {
  readonly answer: HistogramAnswer;
  /** Somebody has drawn over a part of it. */
  readonly onBrush: (fromMs: number, toMs: number) => void;
}

const HEIGHT = 64;

/** How many rows when, by severity. Drawing over it, or Enter on a bar, chooses a range. */
export function Histogram({ answer, onBrush }: HistogramProps) {
  const { fromMs, bucketMs, counts } = answer;
  const box = useRef<HTMLDivElement>(null);
  const [brush, setBrush] = useState<readonly [number, number]>();
  const [hover, setHover] = useState<number>();
  const most = Math.max(1, ...counts);
  const layers = layersOf(answer);
  const bucketAt = (clientX: number): number => {
    const { left, width } = (box.current as HTMLDivElement).getBoundingClientRect();
    return Math.max(0, Math.min(counts.length - 1, Math.floor(((clientX - left) / width) * counts.length)));
  };
  const choose = (from: number, to: number): void =>
    onBrush(fromMs + from * bucketMs, fromMs + (to + 1) * bucketMs);
  const [low, high] = brush === undefined ? [0, -1] : [Math.min(...brush), Math.max(...brush)];
  const told = hover !== undefined && hover < counts.length ? hover : undefined;
  // As of a slider: arrow keys go over the bars, Enter takes one.
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowLeft') setHover((before = counts.length) => Math.max(0, before - 1));
    else if (event.key === 'ArrowRight') setHover((before = -1) => Math.min(counts.length - 1, before + 1));
    else if (event.key === 'Enter' && hover !== undefined) choose(hover, hover);
    else return;
    event.preventDefault();
  };

  return (
    <figure class="histogram">
      <div
        class="histogram-bars"
        ref={box}
        role="slider"
        aria-label={`Rows over time, ${counts.length} bars of ${formatDuration(bucketMs)}, at most ${formatCount(most)} in one`}
        aria-valuemin={0}
        aria-valuemax={counts.length - 1}
        aria-valuenow={told ?? 0}
        aria-valuetext={told === undefined ? 'none chosen' : toldOf(answer, told)}
        tabIndex={0}
        onKeyDown={keyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setBrush([bucketAt(event.clientX), bucketAt(event.clientX)]);
        }}
        onPointerMove={(event) => {
          const bucket = bucketAt(event.clientX);
          setHover(bucket);
          setBrush((before) => before && [before[0], bucket]);
        }}
        onPointerUp={() => {
          if (brush !== undefined) choose(low, high);
          setBrush(undefined);
        }}
        onPointerCancel={() => setBrush(undefined)}
        onPointerLeave={() => setHover(undefined)}
      >
        <svg viewBox={`0 0 ${counts.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          {told !== undefined && <rect class="bar-hover" x={told} y={0} width={1} height={HEIGHT} />}
          {brush !== undefined && (
            <rect class="bar-brush" x={low} y={0} width={high - low + 1} height={HEIGHT} />
          )}
          {layers.map(({ name, below, counts: layer }) =>
            layer.map((count, at) => {
              if (count === 0) return null;
              const height = Math.max(1, (count / most) * (HEIGHT - 2));
              const y = HEIGHT - height - ((below[at] ?? 0) / most) * (HEIGHT - 2);
              return (
                <rect
                  key={`${name}${at}`}
                  class={`bar ${name}`}
                  x={at + 0.08}
                  width={0.84}
                  y={y}
                  height={height}
                />
              );
            }),
          )}
        </svg>
      </div>
      <figcaption class="muted">
        <span>{formatTime(fromMs).slice(0, 19)}</span>
        <span class="histogram-told" aria-live="polite">
          {told === undefined ? '' : toldOf(answer, told)}
        </span>
        <span>{endOf(answer)}</span>
      </figcaption>
    </figure>
  );
}

interface Layer {
  readonly name: string;
  readonly counts: readonly number[];
  /** What is drawn below each. */
  readonly below: readonly number[];
}

const WORDS = ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'];

/** Numbers of a severity that mean the same word are one layer; the worst lie on top. */
function layersOf({ counts, series }: HistogramAnswer): Layer[] {
  const byWord = new Map<string, number[]>();
  for (const { value, counts: some } of series ?? [{ value: 0, counts }]) {
    const word = typeof value === 'number' ? severityName(value) : typeof value === 'string' ? value : '';
    const sums = byWord.get(word) ?? counts.map(() => 0);
    some.forEach((count, at) => {
      sums[at] = (sums[at] ?? 0) + count;
    });
    byWord.set(word, sums);
  }
  let below = counts.map(() => 0);
  return WORDS.filter((word) => byWord.has(word)).map((word) => {
    const some = byWord.get(word) ?? [];
    const layer = { name: word === '' ? 'none' : word, counts: some, below };
    below = below.map((sum, at) => sum + (some[at] ?? 0));
    return layer;
  });
}

function toldOf(answer: HistogramAnswer, at: number): string {
  const from = answer.fromMs + at * answer.bucketMs;
  const bySeverity = layersOf(answer)
    .filter(({ counts }) => (counts[at] ?? 0) > 0)
    .map(
      ({ name, counts }) => `${formatCount(counts[at] ?? 0)} ${name === 'none' ? 'without severity' : name}`,
    );
  const more = bySeverity.length > 1 ? ` (${bySeverity.join(', ')})` : '';
  return `${formatClock(from)} + ${formatDuration(answer.bucketMs)}: ${plural(answer.counts[at] ?? 0, 'row')}${more}`;
}

function endOf({ fromMs, bucketMs, counts }: HistogramAnswer): string {
  const to = fromMs + bucketMs * counts.length;
  return formatDay(to) === formatDay(fromMs) ? formatClock(to).slice(0, 8) : formatTime(to).slice(0, 19);
}
