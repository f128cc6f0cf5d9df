import type { Issue } from '../issue.ts';
import type { KeyValue } from '../otlp/values/any-value.ts';
import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import { encodeProtobuf } from '../otlp/wire/encode-protobuf.ts';
import { REQUEST } from '../otlp/wire/messages.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import { type Checked, findChecked } from '../schema/find-checked.ts';
import type { Quarantined } from './quarantined.ts';
import { type Passed, withData } from './with-data.ts';

/** The data of an event. */
export type Data = Readonly<Record<string, unknown>>;

/** How events are mended. */
export interface Mending {
  /** What becomes of the data. */
  readonly change: (data: Data) => Data;
  /** What they are checked against; none: only where the patch has changed all that was wrong do they pass. */
  readonly checked: readonly Checked[];
}

/** An export request with the event as it is now, or what is still wrong. */
export type Mended =
  | { readonly request: Uint8Array; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };

/** Mends one event, if it can be. Its id, times, resource and everything but the data stay. */
export function mend(quarantined: Quarantined, { change, checked }: Mending): Mended {
  const { event, issues } = quarantined;
  if (event === undefined) return { issues: [{ path: '', expected: 'a log record', got: 'something else' }] };
  const before = event.data as Data;
  const data = change(before);
  if (checked.length === 0) {
    const left = issues.filter(({ path }) => Object.is(at(before, path), at(data, path)));
    return left.length > 0 ? { issues: left } : { request: encoded(quarantined, before, data, undefined) };
  }
  const schema = findChecked(checked, event.schemaId ?? event.name);
  if (schema === undefined)
    return { issues: [{ path: '', expected: 'a schema that is given', got: 'none' }] };
  const result = schema.validate(data);
  const left = (result.issues ?? []).filter(({ path }) => !isRedacted(path, data, issues));
  if (left.length > 0) return { issues: left };
  return { request: encoded(quarantined, before, result.issues === undefined ? result.value : data, schema) };
}

/** Personal data is `null` here: what stood there was not at fault, unless its schema said so when it came. */
function isRedacted(path: string, data: Data, issues: readonly Issue[]): boolean {
  return path !== '' && at(data, path) === null && !issues.some((issue) => issue.path === path);
}

/** What a JSON pointer leads to. */
function at(data: unknown, pointer: string): unknown {
  const keys = pointer.split('/').slice(1);
  return keys
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((value, key) => {
      const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
      return isThere ? (value as Data)[key] : undefined;
    }, data);
}

interface Logs {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly { readonly logRecords: { attributes?: readonly KeyValue[] }[] }[];
  }[];
}

function encoded({ batch }: Quarantined, before: Data, after: Data, passed: Passed | undefined): Uint8Array {
  const request = structuredClone(OtlpRequest.of(batch).decoded());
  const record = (request as unknown as Logs).resourceLogs[0]?.scopeLogs[0]?.logRecords[0];
  if (record !== undefined) record.attributes = withData(record.attributes ?? [], before, after, passed);
  return encodeProtobuf(REQUEST.logs, request as OtlpObject);
}
