import type { SchemaEntry, SchemaField } from '../schemas/schema-entry.ts';
import { go, hrefTo } from './address.ts';
import type { SchemasAnswer } from './answers.ts';
import { apiUrl } from './fetch-json.ts';
import { formatShare, formatTime, plural } from './format.ts';
import { Problem } from './problem.tsx';
import { SchemaTabs } from './schema-tabs.tsx';
import { DRIFTS, StateBadge } from './schemas-view.tsx';
import { termOf } from './term-of.ts';
import { useAnswer } from './use-answer.ts';
import { useKeys } from './use-keys.ts';

/** Events of one name, version by version: each field as it is declared, and as it came. */
export function SchemaView({ name }: { readonly name: string }) {
  const { value, error, reload } = useAnswer<SchemasAnswer>(
    apiUrl(`schemas/${encodeURIComponent(name.toWellFormed())}`),
  );
  useKeys({ Escape: () => go(hrefTo(['schemas'])) });
  return (
    <main class="page">
      <SchemaTabs at="" />
      <h2>{name}</h2>
      <p class="links">
        <a href={hrefTo([], { q: termOf('name', name) })}>its events</a>
        <a href={hrefTo(['quarantine'], { name })}>those in the quarantine</a>
      </p>
      {error?.code === 'NOT_FOUND' ? (
        <p class="empty">No event of this name has come, and no schema declares it.</p>
      ) : (
        error !== undefined && <Problem error={error} onRetry={reload} />
      )}
      {value?.complete === false && <p class="warning">There is more than was looked through.</p>}
      {value?.schemas.map((one) => (
        <Version key={one.version} of={one} isDeclared={value.declared !== null} />
      ))}
    </main>
  );
}

function Version({ of, isDeclared }: { readonly of: SchemaEntry; readonly isDeclared: boolean }) {
  const { version, declared, state, rows, firstMs, lastMs, fields } = of;
  return (
    <section>
      <h3>
        {version === null ? 'without a version' : `version ${version}`}{' '}
        {isDeclared && <StateBadge state={state} />}
      </h3>
      <p class="muted">
        {rows === 0 || firstMs === null || lastMs === null
          ? 'no event is stored'
          : `${plural(rows, 'event')} from ${formatTime(firstMs)} to ${formatTime(lastMs)}`}
        {declared !== null && `; declared in ${declared.file}`}
        {declared !== null && declared.version !== version && `, version ${declared.version}`}
      </p>
      {declared?.description && <p>{declared.description}</p>}
      {fields.length > 0 && (
        <div class="scroll">
          <table class="wide">
            <thead>
              <tr>
                <th>field</th>
                <th>differs</th>
                <th>declared</th>
                <th>seen</th>
                <th class="number">in</th>
                <th>last</th>
              </tr>
            </thead>
            <tbody>
              {fields.map((field) => (
                <Line key={field.path} field={field} of={of} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Line({ field, of }: { readonly field: SchemaField; readonly of: SchemaEntry }) {
  const { path, declared, types, rows, lastMs, drift } = field;
  return (
    <tr class={drift.length > 0 ? 'gap' : ''}>
      <td>
        {rows > 0 ? (
          <a href={hrefTo([], { q: `${termOf('name', of.name)} ${field.field}:*` })}>{path}</a>
        ) : (
          path
        )}
        {declared?.description && <div class="muted">{declared.description}</div>}
      </td>
      <td data-label="differs">{drift.map((kind) => DRIFTS[kind]).join(', ')}</td>
      <td data-label="declared">
        <span>{declared?.types.join(' or ')}</span>
        {declared?.values && <div>{declared.values.map((value) => JSON.stringify(value)).join(', ')}</div>}
        {declared?.required && <span class="badge">required</span>}
        {declared?.deprecated && <span class="badge">deprecated</span>}
        {declared?.categories.map((category) => (
          <span key={category} class="badge warn" title="personal data">
            {category}
          </span>
        ))}
      </td>
      <td data-label="seen">{types.join(' or ')}</td>
      <td class="number" data-label="in">
        {of.rows > 0 ? formatShare(rows / of.rows) : '–'}
      </td>
      <td data-label="last">{lastMs ? formatTime(lastMs) : '–'}</td>
    </tr>
  );
}
