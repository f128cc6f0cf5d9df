import { readFileSync } from 'node:fs';
import { logRecordsOf, type Received } from '../harness/otlp-json.ts';

/** An event as a collector has written it to a file. */
export interface FileEvent {
  readonly name: string;
  readonly uid: string;
  readonly session: string | undefined;
  readonly timeNs: bigint;
  readonly hasFailed: boolean;
  readonly attributes: Received['attributes'];
}

/** The events of a file of OTLP/JSON lines, in the order of their times. */
export function eventsInFile(file: string): FileEvent[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const requests = lines
    .filter((line) => line !== '')
    .map((line) => ({ method: 'POST', path: '/v1/logs', headers: {}, body: Buffer.from(line) }));
  return logRecordsOf(requests).map(toFileEvent).sort(byTime);
}

function toFileEvent(record: Received): FileEvent {
  const { eventName = '', timeUnixNano = '0', severityNumber = 0, attributes } = record;
  return {
    name: eventName,
    uid: String(attributes['log.record.uid']),
    session: attributes['session.id'] as string | undefined,
    timeNs: BigInt(timeUnixNano),
    hasFailed: severityNumber >= 17,
    attributes,
  };
}

/** By time, and of one time by id, as the queries do it. */
function byTime(a: FileEvent, b: FileEvent): number {
  if (a.timeNs !== b.timeNs) return a.timeNs < b.timeNs ? -1 : 1;
  return a.uid < b.uid ? -1 : 1;
}
