import { MAX_FIELD_LENGTH } from './clean-text.ts';
import { type IsSecret, MASK } from './secret-keys.ts';

/** A query as an event shows it: the values of secret keys masked, cut between two parameters. */
export function shownQuery(query: string, isSecret: IsSecret): string {
  let shown = '';
  for (const [key, value] of new URLSearchParams(query.slice(0, MAX_FIELD_LENGTH * 4).toWellFormed())) {
    const pair = `${encodeURIComponent(key)}=${isSecret(key) ? MASK : encodeURIComponent(value)}`;
    if (shown.length + pair.length >= MAX_FIELD_LENGTH) break;
    shown += shown === '' ? pair : `&${pair}`;
  }
  return shown;
}
