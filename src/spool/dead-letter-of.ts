import { toRequest } from '../otlp/encode-envelope.ts';
import type { DeadLetter } from './dead-letters.ts';
import { fieldAt, type SpoolBatch } from './spool-batch.ts';

/** The dead letter of one record of a batch, refused now. */
export function deadLetterOf(
  batch: SpoolBatch,
  index: number,
  { sink, reason, answer }: { sink: string; reason: string; answer: string | undefined },
): DeadLetter {
  return {
    time: new Date().toISOString(),
    sink,
    reason,
    signal: batch.signal,
    name: batch.names[index] ?? '',
    ...(answer === undefined ? {} : { answer }),
    request: toRequest(batch.header, [fieldAt(batch, index)]),
  };
}
