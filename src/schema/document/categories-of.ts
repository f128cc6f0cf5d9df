import type { SchemaNode } from './schema-document.ts';

/**
 * The categories of personal data that stand in a schema itself. `personal: true` is short for `personal`; Jupyter's
 * schemas say `personal-data: true`, and in older versions `redactionPolicies` for `categories`.
 */
export function categoriesOf({ schema }: Pick<SchemaNode, 'schema'>): readonly string[] {
  if (typeof schema === 'boolean') return [];
  const { categories = [], personal, redactionPolicies = [], 'personal-data': personalData } = schema;
  const named = [categories, redactionPolicies] as string[][];
  return [...named.flat(), ...personalOf(personal), ...personalOf(personalData)];
}

function personalOf(given: unknown): readonly string[] {
  if (Array.isArray(given)) return given as string[];
  return given === true ? ['personal'] : [];
}
