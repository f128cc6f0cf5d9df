import type { SchemaNode } from './schema-document.ts';

/** The categories of personal data that stand in a schema itself; `personal: true` is short for `personal`. */
export function categoriesOf({ schema }: Pick<SchemaNode, 'schema'>): readonly string[] {
  if (typeof schema === 'boolean') return [];
  const { categories = [], personal = [] } = schema;
  const more = typeof personal === 'boolean' ? (personal ? ['personal'] : []) : (personal as string[]);
  return [...(categories as string[]), ...more];
}
