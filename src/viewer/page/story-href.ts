import { hrefTo } from './address.ts';

/** Fields whose values have a view of their own. */
const VIEW_OF: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  trace: 'trace',
  user: 'user',
  'user.id': 'user',
  session: 'session',
  'session.id': 'session',
  conversation: 'conversation',
  'gen_ai.conversation.id': 'conversation',
});

/** Where all of a trace, a user, a session or a conversation is; undefined for other fields. */
export function storyHref(field: string, id: string): string | undefined {
  const view = VIEW_OF[field];
  return view === undefined || id === '' ? undefined : hrefTo([view, id]);
}
