import { OtelEventsError } from '../errors.ts';
import type { Processor, ProcessorEvent } from './processor.ts';

/** What a sample is drawn by. */
export interface SampleOptions {
  /**
   * Events with the same key are all kept or all left out, in every process. Default: the event's id, which
   * is a sample of events; `(event) => event.userId` is one of users. Events without a key are kept.
   */
  readonly by?: (event: ProcessorEvent) => string | undefined;
}

/**
 * Lets a share of the events through; the ledger counts the others as `sampled`.
 * @param ratio - from 0 (none) to 1 (all)
 * @throws OtelEventsError `OPTION_INVALID` for any other ratio
 */
export function sample(ratio: number, { by = ({ id }) => id }: SampleOptions = {}): Processor {
  if (!(ratio >= 0 && ratio <= 1)) {
    throw new OtelEventsError('OPTION_INVALID', `sample: wanted a ratio from 0 to 1, got ${String(ratio)}`);
  }
  const limit = ratio * 2 ** 32;
  const processor = (event: ProcessorEvent): null | undefined => {
    const key = by(event);
    return key === undefined || hashOf(key) < limit ? undefined : null;
  };
  return Object.assign(processor, { dropsAs: 'sampled' as const });
}

/**
 * 32 bits, evenly spread: FNV-1a, and the end of MurmurHash3, since ids that differ in their last digit only
 * must not fall together.
 */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
