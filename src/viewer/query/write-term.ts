import type { Field } from './query.ts';
import { quoted } from './quoted.ts';
import { fieldName } from './read-field.ts';
import { isExpression } from './word-complaint.ts';

/** A condition as text, to be put behind a query: `user.id:42`, `"odd key":"a b"`; of no value that the field is not there. */
export function writeTerm(field: Field, value: string | number | boolean | null | undefined): string {
  const name = writeName(field);
  return value === undefined ? `-${name}:*` : `${name}:${writeValue(value)}`;
}

/** What stands for a value behind `name:`. */
export function writeValue(value: string | number | boolean | null): string {
  return typeof value === 'string' ? quotedValue(value) : String(value);
}

/** What stands for a field in front of `:`. */
export function writeName(field: Field): string {
  const name = fieldName(field);
  return /^[^\s():,"<>=!-][^\s():,"<>=!]*$/u.test(name) && !/^(?:last|since|until|on|\d+)$/.test(name)
    ? name
    : quoted(name);
}

/** Bare only where it is read as the same text: neither a number nor a pattern, and no comparison or expression. */
function quotedValue(value: string): string {
  return /^(?!\/\/)[\p{L}_/@#$][^\s(),"*<>=]*$/u.test(value) &&
    !/^(?:true|false|null)$|\.\./.test(value) &&
    !isExpression(value)
    ? value
    : quoted(value);
}
