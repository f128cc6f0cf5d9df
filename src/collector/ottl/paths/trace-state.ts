import { wrongType } from '../failure.ts';
import type { Getter } from '../getter.ts';
import type { Row } from '../row.ts';
import { type Field, text } from './field.ts';

/** @see W3C Trace Context, "tracestate Header Field Values" */
const MAX_MEMBERS = 32;
const MEMBER =
  /^([a-z0-9][a-z0-9_\-*/]{0,240}(?:@[a-z][a-z0-9_\-*/]{0,13})?)=([\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e])$/;

const whole = text((row) => row.record, 'traceState');

/** The trace state of a span, as a whole or a member of it; one that is malformed has no members and gets none. */
export const traceState: Field = {
  ...whole,
  keyed: {
    get: (row, keys) => {
      const name = nameIn(row, keys);
      return membersOf(whole.get(row) as string)?.find(([key]) => key === name)?.[1] ?? '';
    },
    set: (row, keys, value) => {
      if (typeof value !== 'string') throw wrongType('a string', value);
      const name = nameIn(row, keys);
      const members = membersOf(whole.get(row) as string);
      if (members === undefined || !MEMBER.test(`${name}=${value}`)) return;
      // Who changes a member puts it in front.
      const others = members.filter(([key]) => key !== name).slice(0, MAX_MEMBERS - 1);
      whole.set(row, [[name, value], ...others].map((member) => member.join('=')).join(','));
    },
  },
};

function nameIn(row: Row, keys: readonly Getter[]): string {
  const [key] = keys;
  const name = key?.(row);
  if (typeof name !== 'string' || keys.length > 1)
    throw wrongType('one string as the key of a trace state', name);
  return name;
}

function membersOf(given: string): [string, string][] | undefined {
  const texts = given.split(',').map((member) => member.trim());
  const members = texts.filter((member) => member !== '').map((member) => MEMBER.exec(member));
  if (members.length > MAX_MEMBERS || members.includes(null)) return undefined;
  return members.map((found) => [found?.[1] ?? '', found?.[2] ?? '']);
}
