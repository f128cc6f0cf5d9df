import { DAYS, MONTHS } from './calendar-names.ts';
import { StatementFailure } from './failure.ts';
import type { Instant } from './value.ts';

type Show = (instant: Instant) => string;

const padded = (read: (date: Date) => number, length = 2, fill = '0'): Show => {
  return (instant) => String(read(instant.shown)).padStart(length, fill);
};
const hour12 = (date: Date): number => date.getUTCHours() % 12 || 12;
const half: Show = ({ shown }) => (shown.getUTCHours() < 12 ? 'AM' : 'PM');
const monthName: Show = ({ shown }) => MONTHS[shown.getUTCMonth()] as string;
const dayName: Show = ({ shown }) => DAYS[shown.getUTCDay()] as string;
const digits = (length: number): Show => {
  return ({ nanoseconds }) => String(nanoseconds).padStart(9, '0').slice(0, length).replace(/0+$/, '');
};

function offset(separator: string, parts: number): Show {
  return ({ offsetSeconds }) => {
    const seconds = Math.abs(offsetSeconds);
    const shown = [seconds / 3_600, (seconds / 60) % 60, seconds % 60].slice(0, parts);
    const text = shown.map((part) => String(Math.floor(part)).padStart(2, '0')).join(separator);
    return `${offsetSeconds < 0 ? '-' : '+'}${text}`;
  };
}

/** What may stand behind a `%`. @see the README of OTTL's functions, "FormatTime" */
const DIRECTIVES: ReadonlyMap<string, Show> = new Map<string, Show>([
  ['Y', padded((date) => date.getUTCFullYear(), 4)],
  ['y', padded((date) => date.getUTCFullYear() % 100)],
  ['m', padded((date) => date.getUTCMonth() + 1)],
  ['o', padded((date) => date.getUTCMonth() + 1, 2, ' ')],
  ['q', padded((date) => date.getUTCMonth() + 1, 1)],
  ['b', (instant) => monthName(instant).slice(0, 3)],
  ['h', (instant) => monthName(instant).slice(0, 3)],
  ['B', monthName],
  ['d', padded((date) => date.getUTCDate())],
  ['e', padded((date) => date.getUTCDate(), 2, ' ')],
  ['g', padded((date) => date.getUTCDate(), 1)],
  ['a', (instant) => dayName(instant).slice(0, 3)],
  ['A', dayName],
  ['H', padded((date) => date.getUTCHours())],
  ['I', padded(hour12)],
  ['l', padded(hour12, 1)],
  ['p', half],
  ['P', (instant) => half(instant).toLowerCase()],
  ['M', padded((date) => date.getUTCMinutes())],
  ['S', padded((date) => date.getUTCSeconds())],
  ['L', digits(3)],
  ['f', digits(6)],
  ['s', digits(9)],
  ['z', (instant) => (instant.offsetSeconds === 0 ? 'Z' : offset('', 2)(instant))],
  ['w', offset('', 3)],
  ['i', offset('', 1)],
  ['j', offset(':', 2)],
  ['k', offset(':', 3)],
  ['n', () => '\n'],
  ['t', () => '\t'],
  ['%', () => '%'],
]);

const COMPOSED: ReadonlyMap<string, string> = new Map([
  ['D', '%m/%d/%Y'],
  ['x', '%m/%d/%Y'],
  ['F', '%Y-%m-%d'],
  ['T', '%H:%M:%S'],
  ['X', '%H:%M:%S'],
  ['r', '%I:%M:%S %P'],
  ['R', '%H:%M'],
  ['c', '%a %b %d %H:%M:%S %Y'],
]);

/**
 * Writes times in one way.
 * @param format - with directives such as `%Y`
 * @throws StatementFailure for a directive that is not known
 */
export function timeWriter(format: string): Show {
  if (/\d/.test(format)) throw new StatementFailure('a format of times has no digits');
  const whole = format.replace(/%([DxFTXrRc])/g, (_found, letter: string) => COMPOSED.get(letter) as string);
  const parts = [...whole.matchAll(/%([\s\S])|[^%]+|%/g)].map(([part, letter]): Show => {
    if (letter === undefined) return () => part;
    const show = DIRECTIVES.get(letter);
    if (show === undefined) throw new StatementFailure(`%${letter} is no directive of times`);
    return show;
  });
  return (instant) => parts.map((part) => part(instant)).join('');
}
