import { OtelEventsError } from '../../errors.ts';
import { isPlainObject } from '../../is-plain-object.ts';
import { Refusal } from '../../serve/refusal.ts';
import { COUNT, type JsonSchema, mapSchema, NUMBER } from './json-schema.ts';
import { type Body, postRoute } from './route.ts';

/** What has to be said: nobody should do this by a slip. */
const CONFIRM = 'delete everything';

/** That it was done. */
export const CLEARED_SCHEMA: JsonSchema = mapSchema({ atMs: NUMBER, rows: COUNT, bytes: COUNT });

const CONFIRMED: Body<undefined> = {
  schema: mapSchema({ confirm: { const: CONFIRM } }),
  read: (json) => {
    if (isPlainObject(json) && (json as Record<string, unknown>).confirm === CONFIRM) return undefined;
    throw new OtelEventsError('OPTION_INVALID', `wanted { "confirm": "${CONFIRM}" }`, {
      fix: 'it deletes all that is stored, for good',
    });
  },
};

/** Deletes what is stored. The quarantine is an app's, and stays. */
export const CLEAR_ROUTE = postRoute({
  path: '/api/clear',
  summary:
    'Deletes all rows and counts of the ledger, for good; answers when, and how many rows and bytes went',
  params: {},
  body: CONFIRMED,
  schema: CLEARED_SCHEMA,
  failures: { 403: 'asked by a page of another site; or deleting is off' },
  answer: (_values, _body, { clear }) => {
    if (clear === undefined)
      throw new Refusal(403, 'deleting is off here: `clear: true` of the exporter viewer allows it');
    return clear();
  },
});
