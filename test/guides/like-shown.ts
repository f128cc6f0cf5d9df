/** What stands in a guide for what differs from run to run, alone or in a text: `2026-11-22T…Z`. */
const ANYTHING = '…';

/**
 * A value with the guide's own text wherever that has `…` and the value fits: so the two can be compared as
 * a whole, and what does not fit is seen as it is.
 */
export function likeShown(actual: unknown, shown: unknown): unknown {
  if (typeof shown === 'string' && shown.includes(ANYTHING)) return fits(actual, shown) ? shown : actual;
  if (Array.isArray(actual) && Array.isArray(shown)) {
    return actual.map((value, index) => likeShown(value, shown[index]));
  }
  if (!isMap(actual) || !isMap(shown)) return actual;
  return Object.fromEntries(
    Object.entries(actual).map(([key, value]) => [key, likeShown(value, shown[key])]),
  );
}

/** The entries of `value` whose keys `shown` has, and the names of all others. */
export function split(value: unknown, shown: unknown): { shared: unknown; added: string[] } {
  if (!isMap(value) || !isMap(shown)) return { shared: value, added: [] };
  const entries = Object.entries(value);
  return {
    shared: Object.fromEntries(entries.filter(([key]) => Object.hasOwn(shown, key))),
    added: entries.filter(([key]) => !Object.hasOwn(shown, key)).map(([key]) => key),
  };
}

function fits(actual: unknown, shown: string): boolean {
  const parts = shown.split(ANYTHING).map((part) => part.replace(/[^\w\s]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`, 's').test(String(actual));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
