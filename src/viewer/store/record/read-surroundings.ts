import type { KeyValue } from '../../../otlp/values/any-value.ts';
import { plainMap } from '../../../otlp/values/plain-value.ts';
import { decodeProtobuf } from '../../../otlp/wire/decode-protobuf.ts';
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
