import type { Batch, Signal } from './batch.ts';
import { decodeJson } from './decode-json.ts';
import { decodeProtobuf, type OtlpObject, type OtlpValue, scanProtobuf } from './decode-protobuf.ts';
import { encodeProtobuf } from './encode-protobuf.ts';
import { jsonBytes } from './json-bytes.ts';
import { type Message, REQUEST } from './messages.ts';

/**
 * What has been worked out about a batch, for as long as somebody holds the batch: several exporters may ask
 * for the same thing.
 */
const known = new WeakMap<Batch, { decoded?: OtlpObject; protobuf?: Uint8Array; json?: Uint8Array }>();

/**
 * Makes a batch of bytes from outside, after checking all of them.
 * @throws OtelEventsError `OTLP_INVALID`
 */
export function batchFrom(signal: Signal, encoding: Batch['encoding'], bytes: Uint8Array): Batch {
  if (encoding === 'protobuf')
    return { signal, encoding, bytes, count: scanProtobuf(REQUEST[signal], bytes) };
  const decoded = decodeJson(REQUEST[signal], bytes);
  const batch: Batch = { signal, encoding, bytes, count: countItems(REQUEST[signal], decoded) };
  known.set(batch, { decoded });
  return batch;
}

/**
 * The batch as plain objects in the shape of OTLP/JSON. They are shared: nobody may change them.
 * @throws OtelEventsError `OTLP_INVALID`
 */
export function decodeBatch(batch: Batch): OtlpObject {
  const found = factsOf(batch);
  const decode = batch.encoding === 'protobuf' ? decodeProtobuf : decodeJson;
  found.decoded ??= decode(REQUEST[batch.signal], batch.bytes);
  return found.decoded;
}

/**
 * Lets go of what has been worked out about a batch: objects take many times the memory of their bytes, and
 * must not live for as long as a slow exporter holds the batch.
 */
export function forgetDecoded(batch: Batch): void {
  known.delete(batch);
}

/** The batch as protobuf; bytes that are protobuf already stay untouched. */
export function toProtobuf(batch: Batch): Uint8Array {
  if (batch.encoding === 'protobuf') return batch.bytes;
  const found = factsOf(batch);
  found.protobuf ??= encodeProtobuf(REQUEST[batch.signal], decodeBatch(batch));
  return found.protobuf;
}

/** The batch as canonical OTLP/JSON on one line, without a line break. */
export function toJson(batch: Batch): Uint8Array {
  const found = factsOf(batch);
  found.json ??= jsonBytes(decodeBatch(batch), batch.bytes);
  return found.json;
}

/** How many log records or spans a decoded message holds. */
function countItems(message: Message, value: OtlpObject): number {
  let count = 0;
  for (const { name, type, counted } of message.fields) {
    const list = value[name] as OtlpValue[] | undefined;
    if (counted) count += list?.length ?? 0;
    else if (Array.isArray(list) && typeof type === 'object') {
      for (const element of list) count += countItems(type, element as OtlpObject);
    }
  }
  return count;
}

function factsOf(batch: Batch): { decoded?: OtlpObject; protobuf?: Uint8Array; json?: Uint8Array } {
  let found = known.get(batch);
  if (found === undefined) {
    found = {};
    known.set(batch, found);
  }
  return found;
}
