import { MAX_DEPTH, MAX_EVENT_BYTES } from '../../event.ts';
import { ValueCopier } from '../values/value-copier.ts';
import { isMap } from './copy-event.ts';
import { isBare, toRecord } from './to-record.ts';

/**
 * More than is encoded of an event, for which a value takes at least a quarter of what is counted here: what is
 * looked for in a text is not torn where the text is cut in the end.
 */
const LIMITS = {
  maxBytes: 4 * MAX_EVENT_BYTES + 64,
  maxDepth: MAX_DEPTH + 2,
  reader: 'app',
} as const;

/**
 * A copy of what should be a map (data, a session, a context), for code that looks into an event before it is
 * encoded. It holds what will be emitted, in plain objects and lists: an instance of a class has become its
 * fields, what cannot be read a text. It is read once: what is found in the copy is all there is. Never throws.
 * @param onCut - told how many values were cut, if any
 * @param onBare - told that what was copied is no map, and stands under the key `value`
 */
export function copyFields(
  value: unknown,
  onCut?: (count: number) => void,
  onBare?: () => void,
): Record<string, unknown> {
  const copier = new ValueCopier(LIMITS);
  const copied = isFields(value) ? copier.copyEntries(value) : copier.copy(value);
  const fields = toRecord(copied);
  if (isBare(fields, copied)) onBare?.();
  if (copier.truncated > 0) onCut?.(copier.truncated);
  return fields;
}

/** Whether its fields are what is to be read of it, as of nearly all. */
function isFields(value: unknown): value is object {
  try {
    return typeof value === 'object' && value !== null && isMap(value as Record<string, unknown>);
  } catch {
    return false;
  }
}
