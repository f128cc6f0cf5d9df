import { ROW_ATTRIBUTES } from '../query/row-attributes.ts';
import { hrefTo } from './address.ts';

/** Fields whose values have a view of their own. */
const VIEW_OF: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  trace: 'trace',
  ...Object.fromEntries(
    (['user', 'session', 'conversation'] as const).flatMap((view) =>
      [view, ...ROW_ATTRIBUTES[view]].map((field) => [field, view]),
    ),
  ),
});

/** Where all of a trace, a user, a session or a conversation is; undefined for other fields. */
export function storyHref(field: string, id: string): string | undefined {
  const view = VIEW_OF[field];
  return view === undefined || id === '' ? undefined : hrefTo([view, id]);
}
