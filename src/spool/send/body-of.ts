import { requestHead, toRequest } from '../../otlp/sdk/encode-envelope.ts';
import type { Batch } from '../../otlp/wire/batch.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { itemsIn, type SpoolBatch } from '../log/spool-batch.ts';

/**
 * The request that carries a batch, in pieces. Whole requests in protobuf, one after the other, are one request.
 * @throws OtelEventsError `OTLP_INVALID` for a record that cannot be decoded
 */
export function bodyOf(batch: SpoolBatch, encoding: Batch['encoding']): readonly Uint8Array[] {
  const { signal, header, bytes, count } = batch;
  if (header.whole !== undefined) {
    const request = OtlpRequest.of({ signal, encoding: header.whole, bytes, count: itemsIn(batch) });
    return [encoding === 'protobuf' ? request.protobuf() : request.json()];
  }
  if (encoding === 'protobuf') return [requestHead(header, bytes.length), bytes];
  return [OtlpRequest.of({ signal, encoding: 'protobuf', bytes: toRequest(header, [bytes]), count }).json()];
}
