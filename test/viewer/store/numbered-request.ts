import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';

/** The records of each. */
export const RECORDS = 7;

/** A request whose records say that they belong to it, and have no uid: one that is kept twice is seen. */
export function numberedRequest(number: number, padding = ''): OtlpRequest {
  const logRecords = Array.from({ length: RECORDS }, (_, at) => ({
    timeUnixNano: String(1_764_288_000_000_000_000n + BigInt(number * RECORDS + at) * 1_000_000n),
    eventName: 'numbered',
    attributes: [
      { key: 'request', value: { intValue: String(number) } },
      { key: 'padding', value: { stringValue: padding } },
    ],
  }));
  return OtlpRequest.from('logs', { resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
}
