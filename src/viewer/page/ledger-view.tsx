import { go, hrefTo, useAddress, withParams } from './address.ts';
import type { LedgerAnswer } from './answers.ts';
import { apiUrl } from './fetch-json.ts';
import { formatClock, formatCount, formatDay } from './format.ts';
import { Problem } from './problem.tsx';
import { termOf } from './term-of.ts';
import { useAnswer } from './use-answer.ts';

type Entry = LedgerAnswer['entries'][number];

interface Sum {
  readonly key: string;
  readonly name: string;
  readonly service: string;
  emitted: number | undefined;
  received: number;
  stored: number;
  repeated: number;
  readonly minutes: Entry[];
}

const HOURS: readonly (readonly [string, string])[] = [
  ['1', 'last hour'],
  ['6', 'last 6 hours'],
  ['24', 'last 24 hours'],
  ['168', 'last 7 days'],
];

/** Where events went: what apps say they emitted beside what was received and stored, by name. A gap is red. */
export function LedgerView() {
  const { params } = useAddress();
  const hours = params.get('hours') ?? '24';
  // Whole minutes, so that drawing anew does not ask for another range.
  const toMs = Math.ceil(Date.now() / 60_000) * 60_000;
  const from = toMs - Number(hours) * 3_600_000;
  const { value, error, reload } = useAnswer<LedgerAnswer>(apiUrl('ledger', { from, to: toMs }));
  const sums = sumsOf(value?.entries ?? []);
  const gaps = sums.filter((sum) => gapOf(sum) > 0);
  return (
    <main class="page">
      <header class="page-head">
        <h1>Ledger</h1>
        <p>
          <select
            aria-label="Time"
            value={hours}
            onChange={({ currentTarget }) => go(withParams({ hours: currentTarget.value }))}
          >
            {HOURS.map(([text, label]) => (
              <option key={text} value={text}>
                {label}
              </option>
            ))}
          </select>
          {value !== undefined && gaps.length === 0 && <span class="badge ok">no gap</span>}
          {gaps.length > 0 && <span class="badge error">{`${gaps.length} with a gap`}</span>}
          <button type="button" class="quiet" onClick={reload}>
            Look again
          </button>
        </p>
      </header>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {value !== undefined && sums.length === 0 && (
        <p class="empty">Nothing came in this time. Choose a longer one, or send an event.</p>
      )}
      {sums.length > 0 && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>event</th>
                <th>service</th>
                <th class="number">emitted</th>
                <th class="number">received</th>
                <th class="number">stored</th>
                <th class="number">repeated</th>
                <th class="number">missing</th>
                <th>by minute</th>
              </tr>
            </thead>
            <tbody>
              {sums.map((sum) => (
                <Line key={sum.key} sum={sum} fromMs={from} toMs={toMs} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="muted">
        Emitted is what the logger of an app says of itself; other senders say nothing (–). Received are
        records that came, repeated those of them that were stored already. Missing are emitted or received
        ones that are not stored.
      </p>
    </main>
  );
}

function Line({ sum, fromMs, toMs }: { readonly sum: Sum; readonly fromMs: number; readonly toMs: number }) {
  const gap = gapOf(sum);
  return (
    <tr class={gap > 0 ? 'gap' : ''}>
      <td>
        <a href={hrefTo([], { q: termOf('name', sum.name) })}>{sum.name || '(no name)'}</a>
      </td>
      <td>{sum.service}</td>
      <td class="number">{sum.emitted === undefined ? '–' : formatCount(sum.emitted)}</td>
      <td class="number">{formatCount(sum.received)}</td>
      <td class="number">{formatCount(sum.stored)}</td>
      <td class="number">{formatCount(sum.repeated)}</td>
      <td class="number">{gap === 0 ? '0' : <strong class="error">{formatCount(gap)}</strong>}</td>
      <td>
        <Minutes minutes={sum.minutes} fromMs={fromMs} toMs={toMs} />
      </td>
    </tr>
  );
}

const BARS = 60;

function Minutes({
  minutes,
  fromMs,
  toMs,
}: {
  readonly minutes: readonly Entry[];
  readonly fromMs: number;
  readonly toMs: number;
}) {
  const wide = (toMs - fromMs) / BARS;
  const bars = Array.from({ length: BARS }, () => ({ stored: 0, gap: 0 }));
  for (const minute of minutes) {
    const bar = bars[Math.floor((minute.minuteMs - fromMs) / wide)];
    if (bar === undefined) continue;
    bar.stored += minute.stored;
    bar.gap += Math.max(0, gapOf(minute));
  }
  const most = Math.max(1, ...bars.map(({ stored, gap }) => stored + gap));
  const last = minutes.at(-1)?.minuteMs;
  const told = last === undefined ? '' : `the last at ${formatDay(last)} ${formatClock(last).slice(0, 5)}`;
  return (
    <svg
      class="minutes"
      viewBox={`0 0 ${BARS} 20`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Stored over time, ${told}`}
    >
      {bars.map(({ stored, gap }, at) => {
        const height = (20 * stored) / most;
        const missing = (20 * gap) / most;
        return (
          <g key={at}>
            <rect class="bar info" x={at + 0.1} width={0.8} y={20 - height} height={height} />
            <rect class="bar error" x={at + 0.1} width={0.8} y={20 - height - missing} height={missing} />
          </g>
        );
      })}
    </svg>
  );
}

/** Emitted or received, and neither stored nor known to be stored already. */
function gapOf({
  emitted,
  received,
  stored,
  repeated,
}: Pick<Sum, 'received' | 'stored' | 'repeated'> & { readonly emitted?: number | null | undefined }): number {
  const lost = received - stored - repeated;
  return Math.max(0, lost, emitted === undefined || emitted === null ? 0 : emitted - stored);
}

function sumsOf(entries: readonly Entry[]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const entry of entries) {
    const { name, service } = entry;
    const key = `${name}\u0000${service}`;
    const sum = sums.get(key) ?? {
      key,
      name,
      service,
      emitted: undefined,
      received: 0,
      stored: 0,
      repeated: 0,
      minutes: [],
    };
    sums.set(key, sum);
    if (typeof entry.emitted === 'number') sum.emitted = (sum.emitted ?? 0) + entry.emitted;
    sum.received += entry.received;
    sum.stored += entry.stored;
    sum.repeated += entry.repeated;
    sum.minutes.push(entry);
  }
  return [...sums.values()].sort((a, b) => gapOf(b) - gapOf(a) || b.received - a.received);
}
