import type { Condition, Field, RowField } from './query.ts';

/** Under which other names the value of a field of rows is seen in them. */
const ALSO: { readonly [name in RowField]?: readonly Field[] } = {
  service: [{ of: 'resource', path: 'service.name' }],
  user: [attribute('user.id'), attribute('enduser.id')],
  session: [attribute('session.id')],
  conversation: [attribute('gen_ai.conversation.id')],
  uid: [attribute('log.record.uid')],
};

/** The field, and the others that its value is seen in. */
export function withOtherNames(field: Field): readonly Field[] {
  return [field, ...((field.of === 'row' && ALSO[field.name]) || [])];
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

function attribute(path: string): Field {
  return { of: 'attribute', path };
}
