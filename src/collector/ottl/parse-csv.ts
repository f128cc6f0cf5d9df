import { StatementFailure } from './failure.ts';

/**
 * The fields of one row of CSV. A field in quotes may hold delimiters, line breaks and doubled quotes.
 * @param isLazy - whether a quote may stand anywhere and is itself then
 * @throws StatementFailure for a quote that is not where one may be
 * @see RFC 4180
 */
export function parseCsvRow(row: string, delimiter: string, isLazy: boolean): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const { field, end } =
      row[at] === '"' ? quotedField(row, at, delimiter, isLazy) : plainField(row, at, delimiter, isLazy);
    fields.push(field);
    if (end >= row.length) return fields;
    at = end + delimiter.length;
  }
}

function plainField(
  row: string,
  start: number,
  delimiter: string,
  isLazy: boolean,
): { field: string; end: number } {
  const found = row.indexOf(delimiter, start);
  const end = found < 0 ? row.length : found;
  const field = row.slice(start, end);
  if (!isLazy && field.includes('"')) throw new StatementFailure('a quote inside a field without quotes');
  return { field, end };
}

function quotedField(
  row: string,
  start: number,
  delimiter: string,
  isLazy: boolean,
): { field: string; end: number } {
  let field = '';
  let at = start + 1;
  for (;;) {
    const quote = row.indexOf('"', at);
    if (quote < 0) {
      if (isLazy) return { field: field + row.slice(at), end: row.length };
      throw new StatementFailure('a quote that does not end');
    }
    field += row.slice(at, quote);
    at = quote + 1;
    if (row[at] === '"') {
      field += '"';
      at++;
    } else if (at >= row.length || row.startsWith(delimiter, at)) return { field, end: at };
    else if (isLazy) field += '"';
    else throw new StatementFailure('a quote inside a field with quotes');
  }
}
