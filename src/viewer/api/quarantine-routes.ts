import { OtelEventsError } from '../../errors.ts';
import { isPlainObject } from '../../is-plain-object.ts';
import { nanosToMs } from '../../nanos-to-ms.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import type { Data } from '../../quarantine/mend.ts';
import type { QuarantineDesk, Verdict } from '../../quarantine/quarantine-desk.ts';
import type { Quarantined } from '../../quarantine/quarantined.ts';
import { isTakeable } from '../../quarantine/taken-quarantine.ts';
import { toJson } from '../../quarantine/to-json.ts';
import { Refusal } from '../../serve/refusal.ts';
import {
  COUNT,
  FLAG,
  type JsonSchema,
  listSchema,
  mapSchema,
  NUMBER,
  named,
  orNull,
  TEXT,
} from './json-schema.ts';
import { requiredTextParam, textParam, wholeParam } from './param.ts';
import { type Body, type Call, type JsonRoute, jsonRoute, type PostRoute, postRoute } from './route.ts';

const SCHEMA = mapSchema({ id: orNull(TEXT), version: orNull(TEXT) });

/** What the document has once. */
export const QUARANTINE_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Issue: mapSchema({ path: TEXT, expected: TEXT, got: TEXT }),
  Quarantined: mapSchema(
    {
      id: orNull(TEXT),
      name: TEXT,
      timeMs: orNull(NUMBER),
      schema: SCHEMA,
      issues: listSchema(named('Issue')),
      isHeld: FLAG,
    },
    { data: { type: 'object' }, otlp: { type: 'object' } },
  ),
  Verdict: mapSchema({ schema: orNull(SCHEMA), issues: listSchema(named('Issue')) }),
};

const MISSING = { 404: 'there is no such thing' };

const FAILURES = {
  ...MISSING,
  409: 'an app that runs, or another process, holds it',
  422: 'the event is not valid; `issues` has what is wrong',
  502: 'an exporter refuses it for good',
};

const ID = requiredTextParam('the `log.record.uid` of the event');

const DATA: Body<Data | undefined> = {
  schema: mapSchema({}, { data: { type: 'object' } }),
  read: (json) => {
    const { data, ...more } = isPlainObject(json) ? (json as Record<string, unknown>) : { more: json };
    const [other] = Object.keys(more);
    if (other !== undefined || (data !== undefined && !isPlainObject(data)))
      throw new OtelEventsError('OPTION_INVALID', 'wanted { "data": { … } }, and nothing else', {
        fix: 'without data it is about those that the event has',
      });
    return data as Data | undefined;
  },
};

/** What waits in the quarantine of an app: nothing of it is changed with GET. */
export const QUARANTINE_ROUTES: readonly (JsonRoute | PostRoute)[] = [
  jsonRoute({
    path: '/api/quarantine',
    summary: 'Events that their schema refused, the newest first',
    params: {
      name: textParam('of events of this name'),
      limit: wholeParam('of events', [1, 500], 100),
      skip: wholeParam('so many newer ones', [0, 1_000_000], 0),
    },
    schema: mapSchema({
      directory: orNull(TEXT),
      events: listSchema(named('Quarantined')),
      total: COUNT,
      unread: COUNT,
    }),
    answer: async (options, { quarantine }) => {
      if (quarantine === undefined) return { directory: null, events: [], total: 0, unread: 0 };
      const { events, total, unread } = await quarantine.list(options);
      return { directory: quarantine.directory, events: events.map(listed), total, unread };
    },
  }),
  jsonRoute({
    path: '/api/quarantine/{id}',
    summary: 'One of them, with its data and its record as OTLP/JSON',
    params: { id: ID },
    schema: named('Quarantined'),
    canBeMissing: true,
    answer: async ({ id }, call) => {
      const found = await deskOf(call).find(id);
      if (found === undefined) throw gone();
      return { ...listed(found), data: toJson(found.event?.data ?? {}), otlp: otlpOf(found) };
    },
  }),
  postRoute({
    path: '/api/quarantine/{id}/check',
    summary: 'What would be wrong with an event if it had these data; changes nothing',
    params: { id: ID },
    body: DATA,
    schema: named('Verdict'),
    failures: MISSING,
    answer: async ({ id }, data, call) => verdictOf(await deskOf(call).check(id, data)),
  }),
  postRoute({
    path: '/api/quarantine/{id}/replay',
    summary:
      'Sends an event on with these data, and its own id and times; once it is taken it leaves the quarantine',
    params: { id: ID },
    body: DATA,
    schema: named('Verdict'),
    failures: FAILURES,
    answer: async ({ id }, data, call) => verdictOf(await deskOf(call).replay(id, data)),
  }),
];

function deskOf({ quarantine }: Pick<Call, 'quarantine'>): QuarantineDesk {
  if (quarantine === undefined)
    throw new Refusal(404, 'the viewer knows no quarantine: start it with --quarantine DIR');
  return quarantine;
}

function listed({ record, event, name, issues, log }: Quarantined): object {
  return {
    id: event?.id || null,
    name: event?.name ?? name,
    timeMs: record === undefined ? null : nanosToMs(BigInt(record.timeUnixNano)),
    schema: { id: event?.schemaId ?? null, version: event?.schemaVersion ?? null },
    issues,
    isHeld: !isTakeable(log),
  };
}

function otlpOf({ batch }: Quarantined): unknown {
  return JSON.parse(Buffer.from(OtlpRequest.of(batch).json()).toString());
}

function gone(): Refusal {
  return new Refusal(404, 'it is not in the quarantine, or no longer: somebody may have sent it on');
}

function verdictOf(verdict: Verdict | undefined): object {
  if (verdict === undefined) throw gone();
  const { schema, issues } = verdict;
  return { schema: schema === undefined ? null : { id: schema.schemaId, version: schema.version }, issues };
}
