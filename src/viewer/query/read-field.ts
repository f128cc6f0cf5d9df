import { type Condition, type Field, ROW_FIELDS, type RowField } from './query.ts';

const SHORT: Readonly<Record<string, RowField>> = Object.assign(Object.create(null), {
  level: 'severity',
  'trace.id': 'trace',
  trace_id: 'trace',
  'span.id': 'span',
  span_id: 'span',
});

/**
 * What a name in a query means: one field, or several of which one has to fit.
 *
 * `name` is the row's; `attributes.name` the attribute of that name; `resource.host.name` one of the resource; `data.total`
 * what an app logged as `{ total }`, and any other name an attribute, at any depth.
 */
export function readField(written: string): readonly Field[] {
  const path = written.replaceAll('[]', '');
  const row = (ROW_FIELDS as readonly string[]).includes(path) ? (path as RowField) : SHORT[path];
  if (row !== undefined) return [{ of: 'row', name: row }];
  const behind = (prefix: string): string | undefined =>
    path.startsWith(prefix) && path.length > prefix.length ? path.slice(prefix.length) : undefined;
  const attribute = behind('attributes.');
  if (attribute !== undefined) return [{ of: 'attribute', path: attribute }];
  const resource = behind('resource.');
  if (resource !== undefined) return [{ of: 'resource', path: resource }];
  const data = behind('data.');
  const fields: Field[] = [{ of: 'attribute', path }];
  if (data !== undefined) fields.unshift({ of: 'attribute', path: data });
  return fields;
}

/** The shortest name that {@link readField} reads as this field. */
export function fieldName(field: Field): string {
  if (field.of === 'row') return field.name;
  if (field.of === 'resource') return `resource.${field.path}`;
  const [same, ...others] = readField(field.path);
  const isPlain = same?.of === 'attribute' && same.path === field.path && others.length === 0;
  return isPlain ? field.path : `attributes.${field.path}`;
}

/** One of several conditions. */
export function anyOf(parts: readonly Condition[]): Condition {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'or', parts };
}
