import { OtlpRequest } from '../../../otlp/wire/otlp-request.ts';
import type { Surroundings } from './split-request.ts';

/** `resource_logs`, `scope_logs` and `log_records`, and those of spans, on their way down. */
const [PART, INSIDE] = [0x0a, 0x12];

/** One stored record with all around it, as a request. */
export function recordRequest(
  isSpan: boolean,
  { resource, scope }: Surroundings,
  record: Uint8Array,
): OtlpRequest {
  const scoped = Buffer.concat([scope, fieldOf(INSIDE, record)]);
  const bytes = fieldOf(PART, Buffer.concat([resource, fieldOf(INSIDE, scoped)]));
  return OtlpRequest.of({ signal: isSpan ? 'traces' : 'logs', encoding: 'protobuf', bytes, count: 1 });
}

/** A field of protobuf that holds a message. @param tag - below 128 */
export function fieldOf(tag: number, bytes: Uint8Array): Buffer {
  const head = [tag];
  let length = bytes.length;
  for (; length >= 0x80; length = Math.floor(length / 0x80)) head.push((length & 0x7f) | 0x80);
  head.push(length);
  return Buffer.concat([Buffer.from(head), bytes]);
}
