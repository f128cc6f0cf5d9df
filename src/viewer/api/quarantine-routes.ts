import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import type { QuarantineDesk } from '../../quarantine/quarantine-desk.ts';
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
import { type Call, type JsonRoute, jsonRoute } from './route.ts';

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
};

const ID = requiredTextParam('the `log.record.uid` of the event');

/** What waits in the quarantine of an app. */
export const QUARANTINE_ROUTES: readonly JsonRoute[] = [
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
    timeMs: record === undefined ? null : Number(record.timeUnixNano) / 1e6,
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
