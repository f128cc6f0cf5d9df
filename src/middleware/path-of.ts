/**
 * The path of a request target, without the query.
 * @param target - `/path?query`, or the absolute form that proxies are asked with
 */
export function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  const whole = end === -1 ? target : target.slice(0, end);
  if (whole.startsWith('/')) return whole;
  const authority = whole.indexOf('://');
  if (authority === -1) return whole;
  const start = whole.indexOf('/', authority + 3);
  return start === -1 ? '/' : whole.slice(start);
}

/** The query of a request target, without `?`; undefined if there is none. */
export function queryOf(target: string): string | undefined {
  const start = target.indexOf('?');
  if (start === -1) return undefined;
  const query = target.slice(start + 1);
  const end = query.indexOf('#');
  return end === -1 ? query : query.slice(0, end);
}
