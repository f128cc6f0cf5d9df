/** What a store must answer, worked out row by row from the rows that were made: slowly, and on its own. */
import type { Comparison, Condition, Field, Query } from '../../../src/viewer/query/query.ts';
import type { FacetValue } from '../../../src/viewer/store/event-store.ts';
import { LARGE, type MadeRow, type Plain } from './made-rows.ts';

/** Written as a decimal, and read: what is nearest to it. */
export function msOf(nanos: bigint): number {
  const digits = String(nanos).padStart(7, '0');
  return Number(`${digits.slice(0, -6)}.${digits.slice(-6)}`);
}

export function timeMs({ nanos }: MadeRow): number {
  return msOf(nanos);
}

function leaves(value: Plain, path: string, out: [string, FacetValue][]): [string, FacetValue][] {
  if (value === null || typeof value !== 'object') out.push([path, value]);
  else if (Array.isArray(value)) for (const item of value) leaves(item, path, out);
  else
    for (const [key, item] of Object.entries(value)) leaves(item, path === '' ? key : `${path}.${key}`, out);
  return out;
}

function at(map: Readonly<Record<string, Plain>>, path: string): FacetValue[] {
  const wanted = path.split('[]').join('');
  return leaves(map, '', []).flatMap(([found, value]) => (found === wanted ? [value] : []));
}

function filled(text: string): string[] {
  return text === '' ? [] : [text];
}

/** All values of a field. */
export function valuesOf(row: MadeRow, field: Field): FacetValue[] {
  if (field.of === 'attribute') return at(row.attributes, field.path);
  if (field.of === 'resource') return at(row.resource, field.path);
  switch (field.name) {
    case 'kind':
      return [row.kind];
    case 'name':
      return filled(row.name);
    case 'severity':
      return [row.severity];
    case 'service':
      return at(row.resource, 'service.name');
    case 'scope':
      return filled(row.scope);
    case 'duration': {
      if (row.kind === 'span') return [msOf(row.endNanos - row.nanos)];
      const seconds = row.attributes['event.duration'];
      return typeof seconds === 'number' ? [seconds * 1000] : [];
    }
    case 'status':
      return row.kind === 'span' ? [row.status] : [];
    case 'body':
      if (row.body === undefined) return [];
      return [typeof row.body === 'string' ? row.body : JSON.stringify(row.body)];
    case 'trace':
      return filled(row.traceId);
    case 'span':
      return filled(row.spanId);
    case 'parent':
      return filled(row.parentId);
    case 'user': {
      const own = at(row.attributes, 'user.id');
      return own.length > 0 ? own : at(row.attributes, 'enduser.id');
    }
    case 'session':
      return at(row.attributes, 'session.id');
    case 'conversation':
      return at(row.attributes, 'gen_ai.conversation.id');
    case 'uid':
      return at(row.attributes, 'log.record.uid');
  }
}

function like(text: string, pattern: string): boolean {
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    .join('[^]*');
  return new RegExp(`^${source}$`).test(text);
}

function compares({ is, value, bare }: Comparison, found: FacetValue): boolean {
  if (is === 'like') return typeof found === 'string' && like(found, String(value));
  if (typeof value === 'bigint' || (typeof value === 'number' && LARGE.includes(String(found)))) {
    const exact = LARGE.includes(String(found)) ? BigInt(String(found)) : found;
    if (typeof exact !== 'number' && typeof exact !== 'bigint') return false;
    const order = exact < value ? -1 : exact > value ? 1 : 0;
    return { '=': order === 0, '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[is];
  }
  if (is === '=')
    return found === value || (typeof value === 'number' && bare !== undefined && found === bare);
  if (typeof found !== typeof value || typeof value === 'boolean' || found === null || value === null)
    return false;
  if (is === '<') return found < value;
  if (is === '<=') return found <= value;
  return is === '>' ? found > value : found >= value;
}

function words(text: string): string[] {
  const plain = text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
  return [
    ...plain.matchAll(
      /\p{Script=Han}|[^\P{L}\p{Script=Han}]+(?:\p{N}|[^\P{L}\p{Script=Han}])*|\p{N}+(?:\p{N}|[^\P{L}\p{Script=Han}])*/gu,
    ),
  ].map(([word]) => word);
}

const isId = (text: string): boolean =>
  text.length > 3 && text.length < 80 && /[0-9]/.test(text) && !/\s/.test(text);
const squash = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

function textIn(wanted: string, text: string): boolean {
  if (isId(wanted) && isId(text) && squash(wanted) === squash(text)) return true;
  if (isId(text) && /^[A-Za-z0-9_-]+$/.test(text)) return false;
  const all = words(text);
  const asked = words(wanted);
  return (
    asked.length > 0 && all.some((_, from) => asked.every((word, offset) => all[from + offset] === word))
  );
}

function hasText(row: MadeRow, wanted: string): boolean {
  const uid = row.attributes['log.record.uid'];
  if (uid === wanted) return true;
  const attributes = leaves({ ...row.attributes, 'log.record.uid': null }, '', []);
  const texts = [row.name, row.traceId, ...attributes.map(([, value]) => value)];
  if (row.body !== undefined) texts.push(...leaves(row.body, '', []).map(([, value]) => value as string));
  return texts.some((text) => typeof text === 'string' && textIn(wanted, text));
}

function exists(row: MadeRow, field: Field): boolean {
  if (field.of !== 'attribute') return valuesOf(row, field).length > 0;
  const path = field.path.split('[]').join('');
  return leaves(row.attributes, '', []).some(([found]) => found === path || found.startsWith(`${path}.`));
}

export function holds(row: MadeRow, condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => holds(row, part));
    case 'or':
      return condition.parts.some((part) => holds(row, part));
    case 'not':
      return !holds(row, condition.part);
    case 'text':
      return hasText(row, condition.text);
    case 'exists':
      return exists(row, condition.field);
    case 'compare':
      return valuesOf(row, condition.field).some((value) => compares(condition, value));
  }
}

export function fits(row: MadeRow, { where, range }: Query): boolean {
  const ms = timeMs(row);
  if (range.fromMs !== undefined && ms < range.fromMs) return false;
  if (range.toMs !== undefined && ms >= range.toMs) return false;
  return where === undefined || holds(row, where);
}
