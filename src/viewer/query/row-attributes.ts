import type { RowField } from './query.ts';

/** The attributes that fields of rows are read from: the first of them that a row has. */
export const ROW_ATTRIBUTES = {
  user: ['user.id', 'enduser.id'],
  session: ['session.id'],
  conversation: ['gen_ai.conversation.id'],
  uid: ['log.record.uid'],
} as const satisfies { readonly [name in RowField]?: readonly string[] };

/** Undefined: the field is read from something else. */
export function rowAttributes(field: RowField): readonly string[] | undefined {
  return (ROW_ATTRIBUTES as { readonly [name in RowField]?: readonly string[] })[field];
}
