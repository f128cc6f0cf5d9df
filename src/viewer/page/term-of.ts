import { readField } from '../query/read-field.ts';
import { writeTerm } from '../query/write-term.ts';

/** A term of a query for a value at a field, as the API names it. Undefined and null: rows without it, with null. */
export function termOf(field: string, value: unknown): string {
  const [first] = readField(field);
  if (first === undefined) return '';
  const isPlain =
    value === undefined || value === null || ['string', 'number', 'boolean'].includes(typeof value);
  return writeTerm(
    first,
    isPlain ? (value as string | number | boolean | null | undefined) : JSON.stringify(value),
  );
}
