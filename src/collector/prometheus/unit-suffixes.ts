/** Units of UCUM as Prometheus spells them. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tibibytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['1', ''],
  ['%', 'percent'],
]);

/** The same behind a `/`, where one of them is meant. */
const PER_UNITS: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
]);

/** What a unit adds to the name of a metric; either part may be empty. */
export interface UnitSuffixes {
  /** `bytes` of `By/s`. */
  readonly main: string;
  /** `per_second` of `By/s`. */
  readonly per: string;
}

/**
 * The words of a unit of OTLP. A unit that the tables do not have stays as it is; one in braces, an annotation, adds nothing.
 * @see OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", Metric Metadata
 */
export function unitSuffixes(unit: string): UnitSuffixes {
  const slash = unit.indexOf('/');
  const [main, per] = slash < 0 ? [unit, ''] : [unit.slice(0, slash), unit.slice(slash + 1)];
  const perWord = wordOf(per, PER_UNITS);
  return { main: cleaned(wordOf(main, UNITS)), per: perWord === '' ? '' : cleaned(`per_${perWord}`) };
}

function wordOf(part: string, words: ReadonlyMap<string, string>): string {
  const unit = part.trim();
  return /[{}]/.test(unit) ? '' : (words.get(unit) ?? unit);
}

function cleaned(word: string): string {
  return word.replace(/[^a-zA-Z0-9:]+/gu, '_').replace(/^_/, '');
}
