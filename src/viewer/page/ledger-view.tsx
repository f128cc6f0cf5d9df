import { go, useAddress, withParams } from './address.ts';
import type { LedgerAnswer } from './answers.ts';
import { clearedText } from './cleared-text.ts';
import { apiUrl } from './fetch-json.ts';
import { formatMinute } from './format.ts';
import { LedgerLine } from './ledger-line.tsx';
import { ledgerSums } from './ledger-sums.ts';
import { Problem } from './problem.tsx';
import { useAnswer } from './use-answer.ts';

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
  const fromMs = toMs - Number(hours) * 3_600_000;
  const { value, error, reload } = useAnswer<LedgerAnswer>(apiUrl('ledger', { from: fromMs, to: toMs }));
  const sums = value === undefined ? [] : ledgerSums(value);
  const gaps = sums.filter(({ gap }) => gap > 0);
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
          {sums.length > 0 && gaps.length === 0 && <span class="badge ok">no gap</span>}
          {gaps.length > 0 && <span class="badge error">{`${gaps.length} with a gap`}</span>}
          <button type="button" class="quiet" onClick={reload}>
            Look again
          </button>
        </p>
      </header>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {value?.cleared && value.cleared.atMs > fromMs && (
        <p>Somebody deleted {clearedText(value.cleared)}. What came before is not counted here.</p>
      )}
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
                <th>why</th>
                <th>by minute</th>
              </tr>
            </thead>
            <tbody>
              {sums.map((sum) => (
                <LedgerLine
                  key={sum.key}
                  sum={sum}
                  fromMs={fromMs}
                  toMs={toMs}
                  isOpen={params.get('open') === sum.key}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {value !== undefined && <Loggers loggers={value.loggers} />}
      <p class="muted">
        Emitted is what the logger of an app says of itself; other senders say nothing, and neither do spans.
        Received are records that came, repeated those of them that were stored already. Missing are emitted
        ones that are not stored, but for those that were left out on purpose, and those of the last minutes,
        which settle. An app reports some seconds after what it sends.
      </p>
    </main>
  );
}

const STATES = {
  reporting: 'reports',
  ended: 'ended',
  silent: 'not heard of since: what it emitted later is unknown',
} as const;

function Loggers({ loggers }: Pick<LedgerAnswer, 'loggers'>) {
  if (loggers.length === 0)
    return (
      <p class="muted">
        No app reports what it emitted. A logger of otel-events does so by itself when it sends to this viewer
        over HTTP.
      </p>
    );
  return (
    <section>
      <h2>Who reports</h2>
      <div class="scroll">
        <table class="close">
          <thead>
            <tr>
              <th>service</th>
              <th>first heard</th>
              <th>last heard</th>
              <th>state</th>
            </tr>
          </thead>
          <tbody>
            {loggers.map(({ id, service, firstMs, latestMs, state }) => (
              <tr key={id}>
                <td>{service}</td>
                <td>{formatMinute(firstMs)}</td>
                <td>{formatMinute(latestMs)}</td>
                <td>{STATES[state]}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
