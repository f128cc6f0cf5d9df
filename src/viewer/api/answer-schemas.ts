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
import { QUARANTINE_SCHEMAS } from './quarantine-routes.ts';
import { SCHEMA_SCHEMAS } from './schema-routes.ts';

const ANY_MAP: JsonSchema = { type: 'object' };
const VALUE: JsonSchema = { type: ['string', 'number', 'boolean', 'null'] };

/** Of an answer of nothing: why that may be, such as a field that no row has. */
export const HINTS = { hints: listSchema(TEXT) } as const;

/** How far an answer went. */
export const COVERAGE = { complete: FLAG, scanned: named('Scanned') } as const;

/** What several answers are made of; it stands in the document once. */
export const SHARED_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Scanned: mapSchema({ rows: COUNT, of: COUNT, tookMs: NUMBER }),
  Value: VALUE,
  Row: mapSchema(
    {
      id: TEXT,
      kind: { enum: ['event', 'log', 'span'] },
      timeMs: NUMBER,
      timeUnixNano: TEXT,
      name: TEXT,
      severity: NUMBER,
      service: TEXT,
      attributes: ANY_MAP,
      resource: ANY_MAP,
      scope: TEXT,
    },
    {
      traceId: TEXT,
      spanId: TEXT,
      parentSpanId: TEXT,
      durationMs: orNull(NUMBER),
      status: { enum: ['ok', 'error', 'unset'] },
      body: {},
      otlp: ANY_MAP,
    },
  ),
  Rows: mapSchema(
    {
      rows: listSchema(named('Row')),
      next: orNull(TEXT),
      previous: orNull(TEXT),
      // Fewer than the limit, since they are as large as an answer may be; `next` goes on.
      isCut: FLAG,
      // The row of the cursor has gone by size or age.
      hasGone: FLAG,
      ...COVERAGE,
    },
    HINTS,
  ),
  ...SCHEMA_SCHEMAS,
  ...QUARANTINE_SCHEMAS,
  FunnelStep: mapSchema(
    {
      people: COUNT,
      droppedOff: listSchema(named('Value')),
      next: listSchema(mapSchema({ name: TEXT, people: COUNT })),
    },
    { medianMs: orNull(NUMBER) },
  ),
};
