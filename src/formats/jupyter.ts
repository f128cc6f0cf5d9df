import type { EventRecord } from '../otlp/event/event-record.ts';
import { readEvent } from '../otlp/event/read-event.ts';
import { isoTime } from './iso-time.ts';
import { plain } from './plain.ts';

type Data = Readonly<Record<string, unknown>>;

/** An event as jupyter_events writes it: what is around it, then its data. */
export interface JupyterPayload extends Data {
  /** ISO 8601 in UTC: `2019-05-09T12:30:00.123456Z`. */
  readonly __timestamp__: string;
  /** `$id` of the schema; the name of an event that has none. */
  readonly __schema__: string;
  /** A number or text, as the schema has it; `null` if there is no schema. */
  readonly __schema_version__: string | number | null;
  readonly __metadata_version__: 1;
}

/** What a payload says around the data. */
export interface JupyterEnvelope {
  /** ISO 8601, ending with `Z`. */
  readonly timestamp: string;
  readonly schemaId: string;
  readonly version: string | number | null;
}

/** Renders a record as jupyter_events wrote it. Bytes become base64; everything else is plain JSON. */
export function jupyter(record: EventRecord): JupyterPayload {
  const { name, data, schemaId = name, schemaVersion = null, schemaVersionNumber } = readEvent(record);
  const version = schemaVersionNumber ?? schemaVersion;
  const timestamp = `${isoTime(record.timeUnixNano).slice(0, -'+00:00'.length)}Z`;
  return jupyterPayload({ timestamp, schemaId, version }, plain(data));
}

/**
 * Puts data and what is around them into one object. No schema has names that begin with `__`; where data have
 * some all the same, they are together under `__data__`: what is around the data cannot be forged.
 */
export function jupyterPayload(
  { timestamp, schemaId, version }: JupyterEnvelope,
  data: Data,
): JupyterPayload {
  const [own, hidden] = [false, true].map((is) =>
    Object.fromEntries(Object.entries(data).filter(([key]) => key.startsWith('__') === is)),
  );
  return {
    __timestamp__: timestamp,
    __schema__: schemaId,
    __schema_version__: version,
    __metadata_version__: 1,
    ...own,
    ...(Object.keys(hidden ?? {}).length > 0 ? { __data__: hidden } : {}),
  };
}
