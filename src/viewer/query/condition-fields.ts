import type { Condition, Field } from './query.ts';
import { rowAttributes } from './row-attributes.ts';

/** The field, and the others that its value is seen in. */
export function withOtherNames(field: Field): readonly Field[] {
  if (field.of !== 'row') return [field];
  if (field.name === 'service') return [field, { of: 'resource', path: 'service.name' }];
  const paths = rowAttributes(field.name) ?? [];
  return [field, ...paths.map((path) => ({ of: 'attribute', path }) as const)];
}

/** The fields that a condition looks at, as they are asked: not what a word is looked for in. */
export function conditionFields(condition: Condition | undefined): readonly Field[] {
  if (condition === undefined) return [];
  switch (condition.kind) {
    case 'text':
      return [];
    case 'not':
      return conditionFields(condition.part);
    case 'and':
    case 'or':
      return condition.parts.flatMap(conditionFields);
    default:
      return [condition.field];
  }
}
