import type { FieldDrift } from '../schemas/drift-of.ts';
import type { SchemaEntry, SchemaState } from '../schemas/schema-entry.ts';
import { hrefTo, useAddress, withParams } from './address.ts';
import type { SchemasAnswer } from './answers.ts';
import { apiUrl } from './fetch-json.ts';
import { formatCount, formatTime, plural } from './format.ts';
import { Problem } from './problem.tsx';
import { SchemaTabs } from './schema-tabs.tsx';
import { useAnswer } from './use-answer.ts';
import { useListKeys } from './use-list-keys.ts';

const STATES: Readonly<Record<SchemaState, readonly [badge: string, label: string]>> = {
  ok: ['ok', 'as declared'],
  drift: ['warn', 'drift'],
  undeclared: ['error', 'undeclared'],
  unseen: ['none', 'never seen'],
};

const SHOWN: readonly SchemaState[] = ['drift', 'undeclared', 'unseen'];

/** Events of each name and version: what is declared of them, and in what those that came differ. */
export function SchemasView() {
  const { value, error, reload } = useAnswer<SchemasAnswer>(apiUrl('schemas'));
  const show = useAddress().params.get('show') ?? '';
  const all = value?.schemas ?? [];
  const shown = all.filter(({ state }) => show === '' || state === show);
  const hrefs = shown.map(({ name }) => hrefTo(['schemas', name]));
  const at = useListKeys(hrefs);
  const isDeclared = value !== undefined && value.declared !== null;
  return (
    <main class="page">
      <SchemaTabs at="schemas">
        {isDeclared && (
          <p role="group" aria-label="Which">
            {['', ...SHOWN].map((state) => (
              <a
                key={state}
                class="button quiet"
                href={withParams({ show: state })}
                aria-current={state === show ? 'true' : undefined}
              >
                {state === '' ? 'all' : STATES[state as SchemaState][1]}{' '}
                {formatCount(state === '' ? all.length : all.filter((one) => one.state === state).length)}
              </a>
            ))}
          </p>
        )}
      </SchemaTabs>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {value?.complete === false && <p class="warning">There is more than was looked through.</p>}
      {value?.declared === null && (
        <p class="muted">
          No schemas are declared. Start the viewer with <code>otel-events view --schemas DIR</code>, where
          DIR has JSON Schemas as JSON or YAML: what comes is compared with them.
        </p>
      )}
      {value?.declared?.problems.map(({ file, message }) => (
        <p class="problem" key={file + message}>
          {message}
        </p>
      ))}
      {value !== undefined && shown.length === 0 && (
        <p class="empty">
          {all.length > 0
            ? 'None of the events is of this kind.'
            : 'No event has come yet. Status says how to send one.'}
        </p>
      )}
      {shown.length > 0 && (
        <div class="scroll">
          <table class="wide">
            <thead>
              <tr>
                <th>event</th>
                <th>version</th>
                {isDeclared && <th>state</th>}
                <th class="number">rows</th>
                <th>last</th>
                <th>{isDeclared ? 'differs in' : 'fields'}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((one, place) => (
                <tr key={`${one.name} ${one.version}`} class={place === at ? 'at' : ''}>
                  <td>
                    <a href={hrefs[place] ?? ''}>{one.name}</a>
                  </td>
                  <td data-label="version">{one.version ?? '–'}</td>
                  {isDeclared && (
                    <td>
                      <StateBadge state={one.state} />
                    </td>
                  )}
                  <td class="number" data-label="rows">
                    {formatCount(one.rows)}
                  </td>
                  <td data-label="last">{one.lastMs === null ? '–' : formatTime(one.lastMs)}</td>
                  <td>{isDeclared ? driftText(one.drift) : one.fields.map(({ path }) => path).join(', ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </main>
  );
}

export function StateBadge({ state }: { readonly state: SchemaState }) {
  const [badge, label] = STATES[state];
  return <span class={`badge ${badge}`}>{label}</span>;
}

/** What is said of a field that differs. */
export const DRIFTS: Readonly<Record<FieldDrift, string>> = {
  undeclared: 'not declared',
  unseen: 'never seen',
  type: 'of another type',
  missing: 'not always there',
};

function driftText(drift: SchemaEntry['drift']): string {
  return Object.entries(drift)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${plural(count, 'field')} ${DRIFTS[kind as FieldDrift]}`)
    .join(', ');
}
