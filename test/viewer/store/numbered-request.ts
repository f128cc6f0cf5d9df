import type { OtlpObject } from '../../../src/otlp/wire/decode-protobuf.ts';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';

/** The records of each. */
export const RECORDS = 7;

const START_MS = 1_764_288_000_000;

export interface NumberedOptions {
  readonly padding?: string;
  /** Records have a uid, so that a request that comes again is kept once. Without one, one that is kept twice is seen. */
  readonly hasUids?: boolean;
  /** Records have no time of their own. */
  readonly isTimeless?: boolean;
}

/** A request whose records say that they belong to it. */
export function numberedRequest(
  number: number,
  { padding = '', hasUids = false, isTimeless = false }: NumberedOptions = {},
): OtlpRequest {
  const logRecords = Array.from({ length: RECORDS }, (_, at): OtlpObject => {
    const record = number * RECORDS + at;
    const attributes = [
      { key: 'request', value: { intValue: String(number) } },
      { key: 'padding', value: { stringValue: padding } },
    ];
    const uid = { key: 'log.record.uid', value: { stringValue: uidOf(record) } };
    return {
      ...(isTimeless ? {} : { timeUnixNano: `${START_MS + record}000000` }),
      eventName: 'numbered',
      attributes: hasUids ? [...attributes, uid] : attributes,
    };
  });
  return OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}

/** A UUIDv7 of the record's time. */
function uidOf(record: number): string {
  const time = (START_MS + record).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${record.toString(16).padStart(12, '0')}`;
}
