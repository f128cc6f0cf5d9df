/** @see RFC 9110, sections 5.1 and 5.5: a name is a token, a value visible characters, spaces and tabs */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether an HTTP header, or a method, can have this name. */
export function isToken(name: unknown): name is string {
  return typeof name === 'string' && NAME.test(name);
}

/** Whether an HTTP header can have this value. */
export function isHeaderValue(value: unknown): value is string {
  return typeof value === 'string' && VALUE.test(value);
}
