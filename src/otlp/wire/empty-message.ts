import type { Message } from './message.ts';

/** A decoded message that holds nothing but messages of its kind. */
type Empty = { [name: string]: Empty };

const known = new Map<Message, Empty>();

/** A message in which nothing is set. */
export const EMPTY: Empty = Object.freeze({});

/**
 * What an empty message is decoded into. All of them are one and the same frozen object: it takes two bytes to
 * send one, and fifty to hold an object of its own.
 */
export function emptyMessage(message: Message): Empty {
  let empty = known.get(message);
  if (empty === undefined) {
    empty = Object.freeze(Object.fromEntries(message.always.map((name) => [name, EMPTY])));
    known.set(message, empty);
  }
  return empty;
}
