import { go, hrefTo, withParams } from './address.ts';
import { formatCount, formatMinute, plural } from './format.ts';
import { type LedgerReason, ledgerReason, UNEXPLAINED } from './ledger-reason.ts';
import { isLoss, type LedgerMinute, type LedgerSum, reportOf } from './ledger-sums.ts';
import { termOf } from './term-of.ts';

interface LineProps {
  readonly sum: LedgerSum;
  readonly fromMs: number;
  readonly toMs: number;
  readonly isOpen: boolean;
}

/** The columns of the ledger, for a row that takes all of them. */
const COLUMNS = 9;

/** The most minutes that are listed; those with a gap, and then the latest. */
const MAX_MINUTES = 60;

/** One name of the ledger, with its minutes where it is open. */
export function LedgerLine({ sum, fromMs, toMs, isOpen }: LineProps) {
  const { key, name, service, kind, gap } = sum;
  return (
    <>
      <tr class={gap > 0 ? 'gap' : ''}>
        <td>
          <a href={hrefTo([], { q: termOf('name', name) })}>{name || '(no name)'}</a>
          {kind === 'span' && <small>spans</small>}
        </td>
        <td>{service}</td>
        <td class="number" data-label="emitted">
          <Emitted {...sum} />
        </td>
        <td class="number" data-label="received">
          {formatCount(sum.received)}
        </td>
        <td class="number" data-label="stored">
          {formatCount(sum.stored)}
        </td>
        <td class="number" data-label="repeated">
          {formatCount(sum.repeated)}
        </td>
        <td class="number" data-label="missing">
          {gap === 0 ? '0' : <strong class="error">{formatCount(gap)}</strong>}
        </td>
        <td class="whole">
          <Reasons sum={sum} />
        </td>
        <td>
          <button
            type="button"
            class="quiet"
            aria-expanded={isOpen}
            aria-label={`Minutes of ${name || '(no name)'}`}
            onClick={() => go(withParams({ open: isOpen ? undefined : key }), 'replace')}
          >
            <MinuteBars minutes={sum.minutes} fromMs={fromMs} toMs={toMs} /> {isOpen ? '▾' : '▸'}
          </button>
        </td>
      </tr>
      {isOpen && (
        <tr class="of-minutes">
          <td class="whole" colSpan={COLUMNS}>
            <MinuteTable sum={sum} />
          </td>
        </tr>
      )}
    </>
  );
}

interface EmittedProps extends Pick<LedgerSum, 'emitted' | 'unreported' | 'unclaimed'> {
  readonly unknownMinutes?: number;
  readonly underWay?: number;
}

/** What was reported, and why more may be stored. */
function Emitted({ emitted, unreported, unclaimed, unknownMinutes = 0, underWay = 0 }: EmittedProps) {
  // Where it never was there is little hope for the minute that runs.
  if (emitted === undefined && (unreported === 0 || unknownMinutes > 0))
    return <span class="muted">unknown</span>;
  return (
    <>
      {emitted !== undefined && formatCount(emitted)}
      {unknownMinutes > 0 && <small>and unknown in {plural(unknownMinutes, 'minute')}</small>}
      {underWay > 0 && <small>{formatCount(underWay)} under way</small>}
      {unreported > 0 && <small>{formatCount(unreported)} not reported yet</small>}
      {unclaimed > 0 && <small>{formatCount(unclaimed)} reported by nobody</small>}
    </>
  );
}

function Reasons({ sum: { lost, unexplained, silent, silentSinceMs } }: { readonly sum: LedgerSum }) {
  return (
    <ul class="reasons">
      {lost.map(([reason, count]) => (
        <Reason key={reason} count={count} reason={ledgerReason(reason)} isLoss={isLoss(reason)} />
      ))}
      {unexplained > 0 && <Reason count={unexplained} reason={UNEXPLAINED} isLoss={true} />}
      {silent > 0 && (
        <Reason
          count={silent}
          reason={{
            text: `under way when their app was last heard, at ${formatMinute(silentSinceMs)}`,
            fix: 'start it again: what is in its spool is delivered then',
          }}
          isLoss={false}
        />
      )}
    </ul>
  );
}

function Reason({
  count,
  reason,
  isLoss,
}: {
  readonly count: number;
  readonly reason: LedgerReason;
  readonly isLoss: boolean;
}) {
  return (
    <li>
      <span class={isLoss ? 'error' : ''}>
        {formatCount(count)} {reason.text}
      </span>
      {reason.fix !== undefined && <small>{reason.fix}</small>}
    </li>
  );
}

function MinuteTable({ sum: { minutes, isReported } }: { readonly sum: LedgerSum }) {
  const gaps = minutes.filter(({ gap }) => gap > 0);
  const others = minutes.filter(({ gap }) => gap === 0);
  const shown = [...gaps.slice(-MAX_MINUTES), ...others.slice(-Math.max(1, MAX_MINUTES - gaps.length))];
  shown.sort((one, other) => other.minuteMs - one.minuteMs);
  return (
    <table class="close">
      <thead>
        <tr>
          <th>minute</th>
          <th class="number">emitted</th>
          <th class="number">received</th>
          <th class="number">stored</th>
          <th class="number">missing</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((minute) => {
          const { minuteMs, received, stored, gap, settling, partial } = minute;
          return (
            <tr key={minuteMs} class={gap > 0 ? 'gap' : ''}>
              <td>
                {formatMinute(minuteMs)}
                {settling && <small>settling</small>}
                {partial && <small>only what is left of it</small>}
              </td>
              <td class="number">
                <Emitted {...reportOf(minute, isReported)} />
              </td>
              <td class="number">{formatCount(received)}</td>
              <td class="number">{formatCount(stored)}</td>
              <td class="number">{gap === 0 ? '0' : <strong class="error">{formatCount(gap)}</strong>}</td>
            </tr>
          );
        })}
      </tbody>
      {shown.length < minutes.length && (
        <caption class="muted">{`${shown.length} of ${formatCount(minutes.length)} minutes`}</caption>
      )}
    </table>
  );
}

const BARS = 60;

function MinuteBars({
  minutes,
  fromMs,
  toMs,
}: { readonly minutes: readonly LedgerMinute[] } & Pick<LineProps, 'fromMs' | 'toMs'>) {
  const wide = (toMs - fromMs) / BARS;
  const bars = Array.from({ length: BARS }, () => ({ stored: 0, gap: 0 }));
  for (const minute of minutes) {
    const bar = bars[Math.floor((minute.minuteMs - fromMs) / wide)];
    if (bar === undefined) continue;
    bar.stored += minute.stored;
    bar.gap += minute.gap;
  }
  const most = Math.max(1, ...bars.map(({ stored, gap }) => stored + gap));
  return (
    <svg class="minutes" viewBox={`0 0 ${BARS} 20`} preserveAspectRatio="none" aria-hidden="true">
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
