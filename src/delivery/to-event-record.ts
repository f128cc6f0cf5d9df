import type { Event } from '../event.ts';
import { encodeEvent } from '../otlp/event/encode-event.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import { recordsOf } from '../otlp/event/records-of.ts';
import { encodeEnvelope, toRequest } from '../otlp/sdk/encode-envelope.ts';
import { SCOPE } from './scope.ts';
import type { SignalEnvironment } from './settings/environment.ts';

/** Made beforehand: encoding another thing ends the life of a field. */
const ENVELOPE = encodeEnvelope({ attributes: {} }, SCOPE);

/** How much of an event is encoded. */
export type EncodingLimits = Pick<SignalEnvironment, 'maxAttributes' | 'maxValueLength'>;

/** The record that a function exporter would be given of an event, and its size; it shares nothing with the caller's objects. */
export function toEventRecord(
  event: Event,
  resource: EventRecord['resource'],
  { maxAttributes, maxValueLength }: EncodingLimits,
): { readonly record: EventRecord; readonly bytes: number } {
  const bytes = toRequest(ENVELOPE, [encodeEvent(event, maxAttributes, maxValueLength)]);
  const [record] = recordsOf({ signal: 'logs', encoding: 'protobuf', bytes, count: 1 });
  return { record: { ...(record as EventRecord), resource }, bytes: bytes.length };
}
