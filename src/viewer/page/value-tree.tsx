import { ROW_FIELDS } from '../query/query.ts';
import { hrefTo, withParams } from './address.ts';
import { queryParts, withTerm } from './query-text.ts';
import { termOf } from './term-of.ts';

export interface ValueTreeProps {
  readonly values: Readonly<Record<string, unknown>>;
  /** What stands before the names in queries: `resource.` or nothing. */
  readonly prefix: string;
  /** The query that a click adds to. */
  readonly query: string;
  readonly columns: readonly string[];
}

/** Deeper and longer ones are shown as JSON. */
const MAX_DEPTH = 12;
const MAX_ITEMS = 200;
const LONG_TEXT = 400;

/** Attributes as a tree; each value can become a filter, a group or a column. */
export function ValueTree({ values, prefix, query, columns }: ValueTreeProps) {
  const entries = Object.entries(values);
  if (entries.length === 0) return <p class="muted">none</p>;
  return (
    <ul class="tree">
      {entries.map(([key, value]) => (
        <Node
          key={key}
          name={key}
          path={prefix + fieldOf(key, prefix)}
          value={value}
          depth={0}
          query={query}
          columns={columns}
        />
      ))}
    </ul>
  );
}

interface NodeProps {
  readonly name: string;
  readonly path: string;
  readonly value: unknown;
  readonly depth: number;
  readonly query: string;
  readonly columns: readonly string[];
}

function Node({ name, path, value, depth, query, columns }: NodeProps) {
  const inner = depth < MAX_DEPTH ? entriesOf(value) : undefined;
  if (inner === undefined || inner.length === 0) {
    return (
      <li class="leaf">
        <span class="key">{name}</span>
        <Value value={value} />
        <Actions path={path} value={value} query={query} columns={columns} />
      </li>
    );
  }
  const isList = Array.isArray(value);
  return (
    <li>
      <details open={depth < 2}>
        <summary>
          <span class="key">{name}</span>
          <span class="muted">{isList ? `[${inner.length}]` : `{${inner.length}}`}</span>
        </summary>
        <ul class="tree">
          {inner.slice(0, MAX_ITEMS).map(([key, item]) => (
            <Node
              key={key}
              name={key}
              path={isList ? path : `${path}.${key}`}
              value={item}
              depth={depth + 1}
              query={query}
              columns={columns}
            />
          ))}
          {inner.length > MAX_ITEMS && (
            <li class="muted">{`and ${inner.length - MAX_ITEMS} more; the raw record has all`}</li>
          )}
        </ul>
      </details>
    </li>
  );
}

function Value({ value }: { readonly value: unknown }) {
  if (typeof value !== 'string')
    return <code class={`value ${value === null ? 'null' : typeof value}`}>{JSON.stringify(value)}</code>;
  if (value.length <= LONG_TEXT && !value.includes('\n')) return <code class="value">{value}</code>;
  return <pre class="value long">{value}</pre>;
}

function Actions({ path, value, query, columns }: Omit<NodeProps, 'name' | 'depth'>) {
  const term = termOf(path, value);
  const shown = columns.includes(path) ? columns.filter((one) => one !== path) : [...columns, path];
  return (
    <span class="actions">
      <a href={eventsWith(withTerm(query, term))} title={`Only ${term}`} aria-label={`Only ${term}`}>
        =
      </a>
      <a
        href={eventsWith(withTerm(query, `-${term}`))}
        title={`Without ${term}`}
        aria-label={`Without ${term}`}
      >
        ≠
      </a>
      <a
        href={hrefTo(['groups'], { q: queryParts(query).where, by: path })}
        title={`Group by ${path}`}
        aria-label={`Group by ${path}`}
      >
        Σ
      </a>
      <a
        href={location.pathname === '/' ? withParams({ col: shown }) : hrefTo([], { col: shown })}
        title={`Column ${path}`}
        aria-label={`Column ${path} on or off`}
      >
        ▥
      </a>
    </span>
  );
}

function eventsWith(query: string): string {
  return location.pathname === '/' ? withParams({ q: query }) : hrefTo([], { q: query });
}

/** An attribute with the name of a field of rows is told apart. */
function fieldOf(key: string, prefix: string): string {
  return prefix === '' && ROW_NAMES.has(key) ? `attributes.${key}` : key;
}

const ROW_NAMES: ReadonlySet<string> = new Set(ROW_FIELDS);

function entriesOf(value: unknown): [string, unknown][] | undefined {
  return typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
}
