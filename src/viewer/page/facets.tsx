import { useState } from 'preact/hooks';
import { hrefTo, withParams } from './address.ts';
import type { FacetAnswer, FacetsAnswer, FieldsAnswer } from './answers.ts';
import { CoverageNote } from './coverage-note.tsx';
import { apiUrl } from './fetch-json.ts';
import { formatCount, severityName, valueText } from './format.ts';
import { Problem } from './problem.tsx';
import { withTerm } from './query-text.ts';
import { termOf } from './term-of.ts';
import { useAnswer } from './use-answer.ts';

const FIRST = ['name', 'service', 'severity', 'kind', 'user'];

/** The values that occur most, by field: a click filters by one. */
export function Facets({
  query,
  fields,
  turn,
}: {
  readonly query: string;
  readonly fields: readonly string[];
  readonly turn: number;
}) {
  const shown = fields.length === 0 ? FIRST : fields;
  const { value, error, reload } = useAnswer<FacetsAnswer>(
    apiUrl('facets', { q: query, field: shown, top: 8 }),
    turn,
  );
  return (
    <nav class="facets" aria-label="Values">
      {error !== undefined && error.code !== 'QUERY_INVALID' && <Problem error={error} onRetry={reload} />}
      {value?.facets.map((facet) => (
        <FacetBlock key={facet.field} facet={facet} query={query} shown={shown} />
      ))}
      <FieldChooser query={query} shown={shown} />
      {value?.complete === false && <CoverageNote answer={value} />}
    </nav>
  );
}

interface FacetProps {
  readonly facet: FacetAnswer;
  readonly query: string;
  readonly shown: readonly string[];
}

function FacetBlock({ facet, query, shown }: FacetProps) {
  const { field, values, distinct, rows } = facet;
  const most = values[0]?.count ?? 1;
  return (
    <section class="facet">
      <h2>
        <span>{field}</span>
        <a
          href={hrefTo(['groups'], { q: query, by: field })}
          title={`${formatCount(distinct)} values: group by ${field}`}
        >
          {formatCount(distinct)}
        </a>
        <a
          href={withParams({ facet: shown.filter((one) => one !== field) })}
          aria-label={`Do not show values of ${field}`}
        >
          ×
        </a>
      </h2>
      {rows === 0 && <p class="muted">no row has it</p>}
      <ul>
        {values.map(({ value, count }) => (
          <li key={valueText(value)}>
            <a
              class="facet-value"
              href={withParams({ q: withTerm(query, termOf(field, value)) })}
              title={valueText(value)}
            >
              <span class="facet-bar" style={{ width: `${(100 * count) / most}%` }} />
              <span class="facet-text">{field === 'severity' ? severityText(value) : valueText(value)}</span>
              <span class="number">{formatCount(count)}</span>
            </a>
            <a
              class="facet-not"
              href={withParams({ q: withTerm(query, `-${termOf(field, value)}`) })}
              aria-label={`Without ${field} ${valueText(value)}`}
            >
              ≠
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function FieldChooser({ query, shown }: { readonly query: string; readonly shown: readonly string[] }) {
  const [isOpen, setOpen] = useState(false);
  const { value } = useAnswer<FieldsAnswer>(isOpen ? apiUrl('fields', { q: query }) : undefined);
  return (
    <details class="chooser" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>More fields</summary>
      <ul>
        {value?.fields
          .filter(({ field }) => !shown.includes(field))
          .slice(0, 200)
          .map(({ field, rows }) => (
            <li key={field}>
              <a href={withParams({ facet: [...shown, field] })}>
                <span class="facet-text">{field}</span>
                <span class="number muted">{formatCount(rows)}</span>
              </a>
            </li>
          ))}
      </ul>
    </details>
  );
}

function severityText(value: unknown): string {
  return typeof value === 'number' ? `${severityName(value) || 'none'} (${value})` : valueText(value);
}
