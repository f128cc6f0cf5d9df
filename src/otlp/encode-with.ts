import { MAX_EVENT_BYTES } from '../event.ts';
import { BEYOND_LIMITS } from './forward-writer.ts';
import { ValueCopier } from './value-copier.ts';
import { ValueWriter } from './value-writer.ts';

/** How one kind of item is encoded. */
export interface Encoding<T> {
  /** Writes an item as one field; may throw for what it holds. */
  readonly write: (writer: ValueWriter, item: T, maxAttributes: number) => void;
  /** The same item with its values copied within the limits; throws for nothing it holds. */
  readonly copy: (copier: ValueCopier, item: T, maxAttributes: number) => T;
}

/** The writer nobody uses at the moment. */
let spare: ValueWriter | undefined = new ValueWriter();
let last: ValueWriter = spare as ValueWriter;

/**
 * Encodes one item.
 * @returns a view of a buffer that is used again: valid until the next call
 */
export function encodeWith<T>({ write, copy }: Encoding<T>, item: T, maxAttributes: number): Uint8Array {
  // Taken while in use: a `toJSON` of the caller's may log an event of its own, which then gets another.
  const writer = spare ?? new ValueWriter();
  spare = undefined;
  try {
    writeDirectly(writer, write, item, maxAttributes);
  } catch {
    // Too large, or an object of the caller's threw while it was read: read again, with care.
    const copied = copy(new ValueCopier(), item, maxAttributes);
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
export function isWrittenDirectly<T>({ write }: Encoding<T>, item: T, maxAttributes: number): boolean {
  try {
    writeDirectly(new ValueWriter(), write, item, maxAttributes);
    return true;
  } catch {
    return false;
  }
}

function writeDirectly<T>(
  writer: ValueWriter,
  write: Encoding<T>['write'],
  item: T,
  maxAttributes: number,
): void {
  writer.start();
  write(writer, item, maxAttributes);
  if (writer.out.length > MAX_EVENT_BYTES) throw BEYOND_LIMITS;
}
