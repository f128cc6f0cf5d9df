import { CHANNELS } from '../../channels.ts';
import { OtelEventsError } from '../../errors.ts';
import { performance } from '../../time.ts';
import { why } from '../disk/why.ts';
import type { SpoolBatch } from '../log/spool-batch.ts';
import type { Answer, Transport } from './transport.ts';

/** Who sends. */
interface Sending {
  readonly name: string;
  readonly transport: Transport;
}

/** Sends a batch once; a transport that throws may be tried again. Never rejects. */
export async function attempt(sending: Sending, batch: SpoolBatch, signal: AbortSignal): Promise<Answer> {
  if (!CHANNELS.batch.hasSubscribers) return await send(sending, batch, signal);
  const startMs = performance.now();
  const answer = await send(sending, batch, signal);
  CHANNELS.batch.publish({
    sink: sending.name,
    signal: batch.signal,
    count: batch.count,
    bytes: batch.bytes.length,
    durationMs: performance.now() - startMs,
    answer: answer.kind,
  });
  return answer;
}

async function send({ name, transport }: Sending, batch: SpoolBatch, signal: AbortSignal): Promise<Answer> {
  try {
    return await transport(batch, signal);
  } catch (cause) {
    const message = `${name}: ${why(cause)}`;
    return { kind: 'retry', error: new OtelEventsError('EXPORT_FAILED', message, { cause, retry: {} }) };
  }
}
