import { parseQuery } from '../../viewer/query/parse-query.ts';
import type { RowField } from '../../viewer/query/query.ts';
import { writeTerm } from '../../viewer/query/write-term.ts';

/** A query of which this has to hold as well. @throws OtelEventsError `QUERY_INVALID` */
export function narrowQuery(query: string, name: RowField, value: string): string {
  const { range } = parseQuery(query, Date.now());
  const hasRange = range.fromMs !== undefined || range.toMs !== undefined;
  // A query with a range has no `or` outside of parentheses, and cannot stand in them.
  const before = query.trim() === '' || hasRange ? query : `(${query})`;
  // An id of digits may be a number in the records.
  const term = /^\d+$/.test(value) ? `${name}:${value}` : writeTerm({ of: 'row', name }, value);
  return `${before} ${term}`.trim();
}
