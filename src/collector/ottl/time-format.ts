import { escapeRegExp } from '../../escape-reg-exp.ts';
import { DAYS, MONTHS } from './calendar-names.ts';
import { StatementFailure } from './failure.ts';
import { Instant } from './value.ts';
import { offsetSecondsAt } from './zone-offset.ts';

/** What has been read of a time. */
interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanoseconds: number;
  /** Undefined for a clock of 24 hours. */
  isAfternoon: boolean | undefined;
  offsetSeconds: number | undefined;
  zone: string | undefined;
}

interface Directive {
  readonly source: string;
  readonly read: (fields: Fields, text: string) => void;
}

const number = (set: (fields: Fields, value: number) => void, source = '[0-9]{1,2}'): Directive => ({
  source,
  read: (fields, text) => set(fields, Number(text)),
});
const name = (
  names: readonly string[],
  length: number,
  set: (fields: Fields, index: number) => void,
): Directive => {
  const known = names.map((one) => one.slice(0, length).toLowerCase());
  return { source: known.join('|'), read: (fields, text) => set(fields, known.indexOf(text.toLowerCase())) };
};
const nothing = (): void => {};
const month = (fields: Fields, index: number): void => {
  fields.month = index + 1;
};
const monthNumber = number((fields, value) => {
  fields.month = value;
});
const day = number((fields, value) => {
  fields.day = value;
}, ' ?[0-9]{1,2}');
const hour = number((fields, value) => {
  fields.hour = value;
});
const fraction: Directive = {
  source: '[0-9]{1,18}',
  read: (fields, text) => {
    fields.nanoseconds = Number(text.padEnd(9, '0').slice(0, 9));
  },
};
const half: Directive = {
  source: 'am|pm',
  read: (fields, text) => {
    fields.isAfternoon = text.toLowerCase() === 'pm';
  },
};
const offset: Directive = {
  source: 'Z|[+-][0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2})?)?',
  read: (fields, text) => {
    const [hours = 0, minutes = 0, seconds = 0] = (text.slice(1).match(/[0-9]{2}/g) ?? []).map(Number);
    fields.offsetSeconds = (text.startsWith('-') ? -1 : 1) * (hours * 3_600 + minutes * 60 + seconds);
  },
};

/** What may stand behind a `%`. @see the README of OTTL's functions, "Time" */
const DIRECTIVES: ReadonlyMap<string, Directive> = new Map<string, Directive>([
  [
    'Y',
    number((fields, value) => {
      fields.year = value;
    }, '[0-9]{4}'),
  ],
  [
    'y',
    number((fields, value) => {
      fields.year = value + (value >= 69 ? 1900 : 2000);
    }, '[0-9]{2}'),
  ],
  ['m', monthNumber],
  ['o', { ...monthNumber, source: ' ?[0-9]{1,2}' }],
  ['q', monthNumber],
  ['b', name(MONTHS, 3, month)],
  ['h', name(MONTHS, 3, month)],
  ['B', name(MONTHS, 9, month)],
  ['d', day],
  ['e', day],
  ['g', day],
  ['a', name(DAYS, 3, nothing)],
  ['A', name(DAYS, 9, nothing)],
  ['H', hour],
  ['I', hour],
  ['l', hour],
  ['p', half],
  ['P', half],
  [
    'M',
    number((fields, value) => {
      fields.minute = value;
    }),
  ],
  [
    'S',
    number((fields, value) => {
      fields.second = value;
    }),
  ],
  ['L', fraction],
  ['f', fraction],
  ['s', fraction],
  ['z', offset],
  ['w', offset],
  ['i', offset],
  ['j', offset],
  ['k', offset],
  [
    'Z',
    {
      source: '[A-Za-z][A-Za-z0-9+-]{1,6}',
      read: (fields, text) => {
        fields.zone = text;
      },
    },
  ],
]);

const COMPOSED: ReadonlyMap<string, string> = new Map([
  ['D', '%m/%d/%Y'],
  ['x', '%m/%d/%Y'],
  ['F', '%Y-%m-%d'],
  ['T', '%H:%M:%S'],
  ['X', '%H:%M:%S'],
  ['r', '%I:%M:%S %p'],
  ['R', '%H:%M'],
  ['c', '%a %b %e %H:%M:%S %Y'],
  ['n', '\n'],
  ['t', '\t'],
]);

/** Reads times that are written in one way. */
export class TimeFormat {
  readonly #regexp: RegExp;
  readonly #directives: readonly Directive[];
  readonly #zone: string;

  /**
   * @param format - with directives such as `%Y`
   * @param zone - the name of the time zone of texts that say none
   * @throws StatementFailure for a directive or a zone that is not known
   */
  constructor(format: string, zone = 'UTC') {
    // The OpenTelemetry Collector takes them for parts of a time.
    if (/\d/.test(format)) throw new StatementFailure('a format of times has no digits');
    const whole = format.replace(
      /%([DxFTXrRcnt])/g,
      (_found, letter: string) => COMPOSED.get(letter) as string,
    );
    const directives: Directive[] = [];
    // Behind the second a fraction may stand, whether or not the format has one.
    const source = whole.replace(/%([\s\S])|[\s\S]/g, (part, letter, at: number) => {
      if (letter === undefined || letter === '%') return escapeRegExp(letter ?? part);
      const directive = DIRECTIVES.get(letter);
      if (directive === undefined) throw new StatementFailure(`%${letter} is no directive of times`);
      directives.push(directive);
      if (letter !== 'S' || /^[.,]%[Lfs]/.test(whole.slice(at + 2))) return `(${directive.source})`;
      directives.push(fraction);
      return `(${directive.source})(?:[.,](${fraction.source}))?`;
    });
    offsetSecondsAt(zone, 0);
    this.#regexp = new RegExp(`^${source}$`, 'i');
    this.#directives = directives;
    this.#zone = zone;
  }

  /** @throws StatementFailure for a text that is no such time */
  parse(text: string): Instant {
    const found = text.length > MAX_LENGTH ? null : this.#regexp.exec(text);
    if (found === null) throw new StatementFailure('a text that is not such a time');
    const fields: Fields = {
      year: 0,
      month: 1,
      day: 1,
      hour: 0,
      minute: 0,
      second: 0,
      nanoseconds: 0,
      isAfternoon: undefined,
      offsetSeconds: undefined,
      zone: undefined,
    };
    for (const [index, directive] of this.#directives.entries()) {
      const part = found[index + 1];
      if (part !== undefined) directive.read(fields, part);
    }
    return toInstant(fields, this.#zone);
  }
}

/** Longer than any time. */
const MAX_LENGTH = 200;

function toInstant(fields: Fields, zone: string): Instant {
  const { isAfternoon, hour: given } = fields;
  const hours = isAfternoon === undefined ? given : (given % 12) + (isAfternoon ? 12 : 0);
  const year = fields.year === 0 ? likelyYear(fields) : fields.year;
  const shownMs = utcMs(year, fields, hours);
  const shown = new Date(shownMs);
  const isReal = shown.getUTCMonth() === fields.month - 1 && shown.getUTCDate() === fields.day;
  if (!isReal || hours > 23 || fields.minute > 59 || fields.second > 59)
    throw new StatementFailure('a time that no clock shows');
  const offsetSeconds = fields.offsetSeconds ?? offsetFor(fields.zone ?? zone, shownMs);
  const unixMs = shownMs - offsetSeconds * 1_000;
  return new Instant(BigInt(unixMs) * 1_000_000n + BigInt(fields.nanoseconds), offsetSeconds);
}

function utcMs(year: number, { month: of, day: on, minute, second }: Fields, hours: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, of - 1, on);
  return date.setUTCHours(hours, minute, second, 0);
}

/** A time without a year is of this one, or of the last one if it were more than a week ahead. */
function likelyYear(fields: Fields): number {
  const now = new Date();
  const year = now.getUTCFullYear();
  const isAhead = utcMs(year, fields, fields.hour) > now.getTime() + 7 * 86_400_000;
  return isAhead ? year - 1 : year;
}

/** The offset at what a clock of that zone shows. */
function offsetFor(zone: string, shownMs: number): number {
  const guess = offsetSecondsAt(zone, shownMs);
  return offsetSecondsAt(zone, shownMs - guess * 1_000);
}
