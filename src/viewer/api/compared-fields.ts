import { PROMOTED } from '../../otlp/values/promoted.ts';
import type { Field } from '../query/query.ts';
import { fieldName } from '../query/read-field.ts';
import type { FieldSeen } from '../store/event-store.ts';

/** An app that OpenTelemetry instruments has some 60 fields that may tell something. */
const MAX_FIELDS = 80;

/** Of which each row has another, which stand elsewhere under a shorter name, or which say only who wrote the row. */
const TELLS_NOTHING: ReadonlySet<string> = new Set([
  ...['trace', 'span', 'parent', 'uid', 'log.record.uid', 'http.request.id'],
  ...['event.start', 'event.end', 'exception.stacktrace', 'event.context', 'event.schema.version_number'],
  ...[...Object.keys(PROMOTED), 'user_id', 'session_id'].map((key) => `event.context.${key}`),
  'resource.process.pid',
]);

/**
 * The fields in which two selections of rows are compared: those of most rows, and what rows say themselves before what
 * their resource says, of which a process has two dozen fields.
 */
export function comparedFields(seen: readonly FieldSeen[], chosenBy: ReadonlySet<string>): Field[] {
  return seen
    .map(({ field, rows }) => ({ field, rows, name: fieldName(field) }))
    .filter(
      ({ name }) =>
        !chosenBy.has(name) && !TELLS_NOTHING.has(name) && !name.startsWith('resource.telemetry.'),
    )
    .sort((one, other) => rank(one.field) - rank(other.field) || other.rows - one.rows)
    .slice(0, MAX_FIELDS)
    .map(({ field }) => field);
}

function rank(field: Field): number {
  return field.of === 'resource' ? 1 : 0;
}
