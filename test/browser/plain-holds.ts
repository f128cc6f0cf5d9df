/** Whether a query fits a row, read off the row as the page has it: slowly, and on its own. */
import type { Comparison, Condition, Field } from '../../src/viewer/query/query.ts';
import type { FacetValue, Row } from '../../src/viewer/store/event-store.ts';

export function holds(row: Row, condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => holds(row, part));
    case 'or':
      return condition.parts.some((part) => holds(row, part));
    case 'not':
      return !holds(row, condition.part);
    case 'text':
      return textOf(row).includes(condition.text.toLowerCase());
    case 'exists':
      return valuesOf(row, condition.field).length > 0;
    case 'compare':
      return valuesOf(row, condition.field).some((value) => compares(condition, value));
  }
}

export function valuesOf(row: Row, field: Field): FacetValue[] {
  if (field.of === 'attribute') return at(row.attributes, field.path);
  if (field.of === 'resource') return at(row.resource, field.path);
  const own: Record<string, unknown> = {
    kind: row.kind,
    name: row.name || undefined,
    severity: row.severity,
    service: row.service,
    scope: row.scope || undefined,
    duration: row.durationMs,
    status: row.status,
    body: typeof row.body === 'string' ? row.body : undefined,
    trace: row.traceId,
    span: row.spanId,
    parent: row.parentSpanId,
    user: row.attributes['user.id'],
    session: row.attributes['session.id'],
    conversation: row.attributes['gen_ai.conversation.id'],
    uid: row.attributes['log.record.uid'],
  };
  const value = own[field.name];
  return value === undefined ? [] : [value as FacetValue];
}

/** All leaves of a row's attributes, by their paths. */
export function leaves(value: unknown, path: string, out: [string, FacetValue][]): [string, FacetValue][] {
  if (typeof value !== 'object' || value === null) out.push([path, value as FacetValue]);
  else if (Array.isArray(value)) for (const item of value) leaves(item, path, out);
  else
    for (const [key, item] of Object.entries(value)) leaves(item, path === '' ? key : `${path}.${key}`, out);
  return out;
}

function at(map: Readonly<Record<string, unknown>>, path: string): FacetValue[] {
  return leaves(map, '', []).flatMap(([found, value]) => (found === path ? [value] : []));
}

function textOf(row: Row): string {
  return JSON.stringify([row.name, row.body, row.attributes]).toLowerCase();
}

function compares({ is, value, bare }: Comparison, found: FacetValue): boolean {
  if (is === 'like') {
    const source = String(value)
      .split('*')
      .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
      .join('.*');
    return typeof found === 'string' && new RegExp(`^${source}$`, 's').test(found);
  }
  if (is === '=') return found === value || (bare !== undefined && found === bare);
  if (typeof found !== typeof value || found === null || value === null) return false;
  if (is === '<') return found < value;
  if (is === '<=') return found <= value;
  return is === '>' ? found > value : found >= value;
}
