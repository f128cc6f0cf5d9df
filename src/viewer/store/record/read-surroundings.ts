import type { KeyValue } from '../../../otlp/values/any-value.ts';
import { plainMap } from '../../../otlp/values/plain-value.ts';
import { decodeProtobuf, type OtlpObject } from '../../../otlp/wire/decode-protobuf.ts';
import type { Message } from '../../../otlp/wire/message.ts';
import { REQUEST } from '../../../otlp/wire/messages.ts';

/** Those of spans have the same fields. */
const RESOURCE_LOGS = REQUEST.logs.byNumber[1]?.type as Message;
const SCOPE_LOGS = RESOURCE_LOGS.byNumber[2]?.type as Message;

/** The attributes of the resource. @param bytes - `ResourceLogs` or `ResourceSpans` without scopes */
export function resourceOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const { resource } = decodeProtobuf(RESOURCE_LOGS, bytes) as { resource?: { attributes?: KeyValue[] } };
  return plainMap(resource?.attributes);
}

/** The name of the scope; '' without one. @param bytes - `ScopeLogs` or `ScopeSpans` without records */
export function scopeNameOf(bytes: Uint8Array): string {
  const { scope } = decodeProtobuf(SCOPE_LOGS, bytes) as { scope?: { name?: string } };
  return scope?.name ?? '';
}

/** `resource_logs`, `scope_logs`, `log_records` and those of spans, on their way down. */
const [PART, INSIDE] = [0x0a, 0x12];

/** One record with all around it, as a request of one item. */
export function requestOf(
  signal: 'logs' | 'traces',
  resource: Uint8Array,
  scope: Uint8Array,
  record: Uint8Array,
): OtlpObject {
  const scoped = Buffer.concat([scope, field(INSIDE, record)]);
  const whole = field(PART, Buffer.concat([resource, field(INSIDE, scoped)]));
  return decodeProtobuf(REQUEST[signal], whole);
}

function field(tag: number, bytes: Uint8Array): Buffer {
  const head = [tag];
  let length = bytes.length;
  for (; length >= 0x80; length = Math.floor(length / 0x80)) head.push((length & 0x7f) | 0x80);
  head.push(length);
  return Buffer.concat([Buffer.from(head), bytes]);
}
