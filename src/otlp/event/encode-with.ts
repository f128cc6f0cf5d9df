import { MAX_DEPTH, MAX_EVENT_BYTES } from '../../event.ts';
import { ValueCopier } from '../values/value-copier.ts';
import { ValueWriter } from '../values/value-writer.ts';
import { BEYOND_LIMITS } from '../wire/forward-writer.ts';

/** How much of an item is encoded. */
export interface Limits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

const EVENT_LIMITS: Limits = { maxBytes: MAX_EVENT_BYTES, maxDepth: MAX_DEPTH };

/** For records of an SDK, whose map of attributes is a level of its own. */
export const RECORD_LIMITS: Limits = { ...EVENT_LIMITS, maxDepth: MAX_DEPTH + 1 };

/** How one kind of item is encoded. */
export interface Encoding<T> {
  /** Writes an item as one field; may throw for what it holds. */
  readonly write: (writer: ValueWriter, item: T, maxAttributes: number) => void;
  /** The same item with its values copied within the limits; throws for nothing it holds. */
  readonly copy: (copier: ValueCopier, item: T, maxAttributes: number) => T;
  /** Default: those of an event. */
  readonly limits?: Limits;
}

/** The writer nobody uses at the moment. */
let spare: ValueWriter | undefined = new ValueWriter();
let last: ValueWriter = spare as ValueWriter;

/**
 * Encodes one item.
 * @returns a view of a buffer that is used again: valid until the next call
 */
export function encodeWith<T>(encoding: Encoding<T>, item: T, maxAttributes: number): Uint8Array {
  const { write, copy, limits = EVENT_LIMITS } = encoding;
  // Taken while in use: a `toJSON` of the caller's may log an event of its own, which then gets another.
  const writer = spare ?? new ValueWriter();
  spare = undefined;
  try {
    writeDirectly(writer, write, limits, item, maxAttributes);
  } catch {
    // Too large, or an object of the caller's threw while it was read: read again, with care.
    const copied = copy(new ValueCopier(limits), item, maxAttributes);
    writer.startUnlimited();
    write(writer, copied, Number.POSITIVE_INFINITY);
  }
  spare = writer;
  last = writer;
  return writer.out.written();
}

/** Whether the item that was encoded last is beyond what log stores take as it is; valid until the next call. */
export function isOversized(): boolean {
  return last.isOversized;
}

/** Whether an item is written as it is: within the limits, and nothing of it throws. */
export function isWrittenDirectly<T>(encoding: Encoding<T>, item: T, maxAttributes: number): boolean {
  const { write, limits = EVENT_LIMITS } = encoding;
  try {
    writeDirectly(new ValueWriter(), write, limits, item, maxAttributes);
    return true;
  } catch {
    return false;
  }
}

function writeDirectly<T>(
  writer: ValueWriter,
  write: Encoding<T>['write'],
  limits: Limits,
  item: T,
  maxAttributes: number,
): void {
  writer.start(limits.maxBytes, limits.maxDepth);
  write(writer, item, maxAttributes);
  if (writer.out.length > limits.maxBytes) throw BEYOND_LIMITS;
}
