import type { Consume } from '../otlp/wire/batch.ts';
import type { Exporter } from './exporter.ts';

/** Told apart from a function that takes records, which is an exporter by itself. */
export interface ConsumeOptions {
  /** Default: the function's own name, else `consume`. */
  readonly name?: string;
}

/**
 * Makes an exporter of a function that takes encoded batches, whole OTLP requests: to forward or to store them
 * without decoding. It resolves when it has the batch; what it rejects with is told as with {@link Exporter.send}.
 */
export function consume(fn: Consume, { name = fn.name || 'consume' }: ConsumeOptions = {}): Exporter {
  return {
    name,
    consume: (batch) => fn(batch),
    send: () => Promise.reject(new TypeError(`${name} takes batches: call consume()`)),
  };
}
