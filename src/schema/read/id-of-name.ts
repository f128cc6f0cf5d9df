/** Also what a URI may hold and an id may not. */
const NOT_IN_URI = /[^\w\-.~:/?[\]@!$&'()*+,;=%]/gu;

/** The name of an event as a URI: `Order Completed` is `Order%20Completed`. */
export function idOfName(name: string): string {
  return name.replaceAll(NOT_IN_URI, percent);
}

function percent(character: string): string {
  return Buffer.from(character)
    .toString('hex')
    .replaceAll(/../g, (byte) => `%${byte.toUpperCase()}`);
}
