import type { Message } from './message.ts';

/** The numbers of a message's fields by name, in the order of declaration. */
export type Places = ReadonlyMap<string, number>;

const known = new Map<Message, Places>();

/** The places of the fields of a message, made once. */
export function placesOf(message: Message): Places {
  let places = known.get(message);
  if (places === undefined) {
    places = new Map(message.fields.map(({ name }, place) => [name, place]));
    known.set(message, places);
  }
  return places;
}
