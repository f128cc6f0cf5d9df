import { toRequest } from '../../otlp/sdk/encode-envelope.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { fieldAt, itemsIn, type SpoolBatch } from '../log/spool-batch.ts';
import type { DeadLetter } from './dead-letters.ts';

/** What is shown of the names in a batch. */
const MAX_NAMES_CHARS = 200;

/** The dead letter of one record of a batch, refused now; without an index of all of them, some of which were. */
export function deadLetterOf(
  batch: SpoolBatch,
  index: number | undefined,
  { sink, reason, answer }: { sink: string; reason: string; answer: string | undefined },
): DeadLetter {
  return {
    time: new Date().toISOString(),
    sink,
    reason,
    signal: batch.signal,
    name: batch.header.whole
      ? `${itemsIn(batch)} in one request`
      : index === undefined
        ? [...new Set(batch.names)].join(', ').slice(0, MAX_NAMES_CHARS)
        : (batch.names[index] ?? ''),
    ...(answer === undefined ? {} : { answer }),
    request: requestOf(batch, index === undefined ? batch.bytes : fieldAt(batch, index)),
  };
}

function requestOf(batch: SpoolBatch, bytes: Uint8Array): Uint8Array {
  const { signal, header } = batch;
  if (header.whole === undefined) return toRequest(header, [bytes]);
  return OtlpRequest.of({ signal, encoding: header.whole, bytes, count: itemsIn(batch) }).protobuf();
}
