import { FUNNEL_STEPS } from '../store/event-store.ts';
import { go, hrefTo, useAddress, withParams } from './address.ts';
import type { FunnelAnswer, FunnelStepAnswer } from './answers.ts';
import { CoverageNote } from './coverage-note.tsx';
import { apiUrl } from './fetch-json.ts';
import { FieldInput } from './field-input.tsx';
import { formatCount, formatDuration, formatShare, plural, valueText } from './format.ts';
import { Problem } from './problem.tsx';
import { withTerm } from './query-text.ts';
import { RangeChooser } from './range-chooser.tsx';
import { SearchBox } from './search-box.tsx';
import { storyHref } from './story-href.ts';
import { termOf } from './term-of.ts';
import { useAnswer } from './use-answer.ts';

const WITHIN = ['1m', '5m', '30m', '1h', '6h', '1d', '7d'];

/** How many come how far, who does not, and what those do instead. */
export function FunnelView() {
  const { params } = useAddress();
  const query = params.get('q') ?? '';
  const steps = params.getAll('step');
  const by = params.get('by') ?? 'user';
  const within = params.get('within') ?? '30m';
  const split = params.get('split') ?? '';
  const isReady = steps.length >= FUNNEL_STEPS.least && by !== '';
  const url = apiUrl('funnel', { q: query, step: steps, by, within, split: split || undefined });
  const { value, error, reload, isLoading } = useAnswer<FunnelAnswer>(isReady ? url : undefined);
  const set = (changes: Parameters<typeof withParams>[0]): void => go(withParams(changes));
  const change = (at: number, step: string): void => {
    const next = [...steps];
    next[at] = step;
    set({ step: next.filter((one) => one !== undefined && one !== '') });
  };
  const { least, most } = FUNNEL_STEPS;
  const places = Array.from({ length: Math.min(most, Math.max(least, steps.length + 1)) }, (_, at) => at);
  return (
    <main class="page">
      <h1 class="unseen">Funnel</h1>
      <div class="query-bar">
        <SearchBox
          query={query}
          isMain
          label="All steps are within"
          placeholder="all steps are within: service:shop last:7d"
          onSearch={(q) => set({ q })}
        />
        <RangeChooser query={query} onChoose={(q) => set({ q })} />
      </div>
      <div class="form">
        <ol class="steps">
          {places.map((at) => (
            <li key={at}>
              <SearchBox
                query={steps[at] ?? ''}
                label={`Step ${at + 1}`}
                placeholder={
                  at < 2 ? `step ${at + 1}: name:${at === 0 ? 'cart.viewed' : 'order.paid'}` : 'one more step'
                }
                onSearch={(step) => step !== (steps[at] ?? '') && change(at, step)}
              />
              {steps[at] !== undefined && (
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Step ${at + 1} away`}
                  onClick={() => change(at, '')}
                >
                  ×
                </button>
              )}
            </li>
          ))}
        </ol>
        <FieldInput label="By" value={by} onChange={(field) => set({ by: field })} />
        <label class="field">
          <span>Within</span>
          <select value={within} onChange={({ currentTarget }) => set({ within: currentTarget.value })}>
            {[...new Set([...WITHIN, within])].map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <FieldInput
          label="Split by"
          value={split}
          placeholder="nothing"
          onChange={(field) => set({ split: field })}
        />
      </div>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {!isReady && <p class="empty">Write two steps or more: each is a query, such as name:cart.viewed.</p>}
      {isLoading && <p class="muted">Counting …</p>}
      {value !== undefined && isReady && (
        <>
          <FunnelSteps steps={value.steps} names={steps} by={by} query={query} />
          {value.split?.map((part) => (
            <section key={valueText(part.value)}>
              <h2>
                {split}:{' '}
                {part.value === undefined || part.value === null ? '(without)' : valueText(part.value)}
              </h2>
              <FunnelSteps
                steps={part.steps}
                names={steps}
                by={by}
                query={withTerm(query, termOf(split, part.value))}
              />
            </section>
          ))}
          <CoverageNote answer={value} />
        </>
      )}
    </main>
  );
}

interface StepsProps {
  readonly steps: readonly FunnelStepAnswer[];
  readonly names: readonly string[];
  readonly by: string;
  readonly query: string;
}

function FunnelSteps({ steps, names, by, query }: StepsProps) {
  const first = steps[0]?.people ?? 0;
  return (
    <ol class="funnel">
      {steps.map((step, at) => {
        const before = steps[at - 1]?.people;
        return (
          <li key={at}>
            <div class="funnel-head">
              <code>{names[at]}</code>
              <strong class="number">
                <a href={hrefTo(['groups'], { q: withTerm(query, names[at] ?? ''), by })}>
                  {formatCount(step.people)}
                </a>
              </strong>
              <span class="muted">
                {first > 0 && formatShare(step.people / first)}
                {before !== undefined &&
                  before > 0 &&
                  ` · ${formatShare(step.people / before)} of the step before`}
                {typeof step.medianMs === 'number' && ` · ${formatDuration(step.medianMs)} median`}
              </span>
            </div>
            <div class="funnel-track">
              <span
                class="funnel-bar"
                style={{ width: `${first === 0 ? 0 : (100 * step.people) / first}%` }}
              />
            </div>
            {step.droppedOff.length > 0 && at < steps.length - 1 && (
              <DropOff step={step} lost={step.people - (steps[at + 1]?.people ?? 0)} by={by} />
            )}
          </li>
        );
      })}
    </ol>
  );
}

function DropOff({
  step,
  lost,
  by,
}: {
  readonly step: FunnelStepAnswer;
  readonly lost: number;
  readonly by: string;
}) {
  return (
    <details class="drop-off">
      <summary>{`${plural(lost, 'did', 'did')} not go on`}</summary>
      <div class="columns">
        <section>
          <h3>Who (at most 100)</h3>
          <ul class="people">
            {step.droppedOff.map((who) => (
              <li key={valueText(who)}>
                <a href={storyHref(by, valueText(who)) ?? hrefTo([], { q: termOf(by, who) })}>
                  {valueText(who)}
                </a>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h3>What they did next</h3>
          <ul class="people">
            {step.next.map(({ name, people }) => (
              <li key={name}>
                <a href={hrefTo([], { q: termOf('name', name) })}>{name}</a>{' '}
                <span class="number muted">{formatCount(people)}</span>
              </li>
            ))}
            {step.next.length === 0 && <li class="muted">nothing</li>}
          </ul>
        </section>
      </div>
    </details>
  );
}
