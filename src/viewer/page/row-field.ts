import { isOfRequest } from '../../otlp/values/is-of-request.ts';
import { ROW_ATTRIBUTES } from '../query/row-attributes.ts';
import type { Row } from '../store/event-store.ts';
import { severityName } from './format.ts';

/** The value at a field of a row, by the name that queries use for it. Undefined if the row has none. */
export function rowField(row: Row, field: string): unknown {
  const own = OWN[field];
  if (own !== undefined) return own(row);
  if (field.startsWith('resource.')) return valueAt(row.resource, field.slice(9));
  if (field.startsWith('attributes.')) return valueAt(row.attributes, field.slice(11));
  const path = field.replaceAll('[]', '');
  const value = valueAt(row.attributes, path);
  return value === undefined && path.startsWith('data.') ? valueAt(row.attributes, path.slice(5)) : value;
}

/** Milliseconds: of a span, or what the event says of itself in seconds. */
export function rowDuration(row: Row): number | undefined {
  if (row.durationMs !== undefined && row.durationMs !== null) return row.durationMs;
  const seconds = row.attributes['event.duration'];
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}

export function isError(row: Row): boolean {
  return row.severity >= 17 || row.status === 'error';
}

/** What a row says in one line, beside its name. */
export function rowSummary(row: Row): string {
  if (typeof row.body === 'string' && row.body !== '' && row.body !== row.name) return row.body;
  const said = row.attributes['exception.message'] ?? row.attributes['error.message'];
  if (typeof said === 'string') return said;
  const entries = Object.entries({ ...asMap(row.body), ...row.attributes }).filter(
    ([key]) => !QUIET.has(key),
  );
  const ofAll = ([key]: readonly [string, unknown]) => OF_THE_LOGGER.test(key) || isOfRequest(key);
  return [...entries.filter((entry) => !ofAll(entry)), ...entries.filter(ofAll)]
    .slice(0, 8)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('  ')
    .slice(0, 400);
}

/** What a logger writes on events of all kinds: it comes behind what an event has of its own. */
const OF_THE_LOGGER = /^(?:event\.|user\.id$|project\.id$)/;

/** What is on every row says nothing about one. */
const QUIET = new Set(['log.record.uid', 'event.name', 'session.id', 'telemetry.sdk.name']);

const OWN: Readonly<Record<string, (row: Row) => unknown>> = Object.assign(Object.create(null), {
  kind: (row: Row) => row.kind,
  name: (row: Row) => row.name,
  severity: (row: Row) => severityName(row.severity),
  level: (row: Row) => severityName(row.severity),
  service: (row: Row) => row.service,
  scope: (row: Row) => row.scope,
  duration: rowDuration,
  status: (row: Row) => row.status,
  body: (row: Row) => row.body,
  trace: (row: Row) => row.traceId,
  span: (row: Row) => row.spanId,
  parent: (row: Row) => row.parentSpanId,
  summary: rowSummary,
  ...Object.fromEntries(
    Object.entries(ROW_ATTRIBUTES).map(([name, paths]) => [name, (row: Row) => firstAttribute(row, paths)]),
  ),
});

function firstAttribute({ attributes }: Row, paths: readonly string[]): unknown {
  return paths.map((path) => valueAt(attributes, path)).find((value) => value !== undefined);
}

/** `a.b` is the key `a.b`, or `b` in the map `a`; of a list the first item that has it. */
function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value;
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = valueAt(item, path);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const map = value as Record<string, unknown>;
  if (Object.hasOwn(map, path)) return map[path];
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const key = path.slice(0, dot);
    const found = Object.hasOwn(map, key) ? valueAt(map[key], path.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function asMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
