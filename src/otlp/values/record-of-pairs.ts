/** No request has so many; an iterator of the caller's may never end. */
const MAX_PAIRS = 10_000;

/**
 * Pairs of a name and a value (`Headers`, `URLSearchParams`, `FormData`) as a record without prototype; what stands
 * there several times is a list.
 * @returns undefined if they cannot be read
 */
export function recordOfPairs(pairs: object): object | undefined {
  const record: Record<string, unknown> = Object.create(null);
  const listed = new Set<string>();
  let left = MAX_PAIRS;
  try {
    for (const [name, value] of pairs as Iterable<readonly [unknown, unknown]>) {
      if (left-- <= 0) break;
      add(record, String(name), value, listed);
    }
    return record;
  } catch {
    return undefined;
  }
}

function add(record: Record<string, unknown>, name: string, value: unknown, listed: Set<string>): void {
  if (!Object.hasOwn(record, name)) {
    record[name] = value;
  } else if (listed.has(name)) {
    (record[name] as unknown[]).push(value);
  } else {
    record[name] = [record[name], value];
    listed.add(name);
  }
}
