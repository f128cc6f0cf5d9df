import { keyValue } from '../../../otlp/wire/entries.ts';
import { toCamelCase, toSnakeCase } from '../cases.ts';
import { cutBytes } from '../cut-bytes.ts';
import { StatementFailure, wrongType } from '../failure.ts';
import { converter, type OttlFunction } from '../function.ts';
import { fixedBool, fixedString, int, optional, regex, several, string, stringLike } from '../parameter.ts';
import { OttlList, OttlMap } from '../value.ts';

const CASES: ReadonlyMap<string, (text: string) => string> = new Map([
  ['lower', (text) => text.toLowerCase()],
  ['upper', (text) => text.toUpperCase()],
  ['snake', toSnakeCase],
  ['camel', toCamelCase],
]);

function ofText(name: string, convert: (text: string) => string): OttlFunction {
  return converter(
    name,
    { target: string },
    ({ target }) =>
      (row) =>
        convert(target(row)),
  );
}

const convertCase = converter(
  'ConvertCase',
  { target: string, to_case: fixedString },
  ({ target, to_case: name }) => {
    const convert = CASES.get(name);
    if (convert === undefined)
      throw new StatementFailure(`the case is one of ${[...CASES.keys()].join(', ')}`);
    return (row) => convert(target(row));
  },
);

const isMatch = converter(
  'IsMatch',
  { target: stringLike, pattern: regex },
  ({ target, pattern }) =>
    (row) => {
      const text = target(row);
      return text !== undefined && pattern(row).test(text);
    },
);

const concat = converter(
  'Concat',
  { vals: several(stringLike), delimiter: string },
  ({ vals, delimiter }) =>
    (row) =>
      vals.map((part) => part(row) ?? '<nil>').join(delimiter(row)),
);

const split = converter('Split', { target: string, delimiter: string }, ({ target, delimiter }) => (row) => {
  const separator = delimiter(row);
  const text = target(row);
  const parts = separator === '' ? [...text] : text.split(separator);
  return new OttlList(parts.map((stringValue) => ({ stringValue })));
});

const substring = converter(
  'Substring',
  { target: string, start: int, length: int, utf8_safe: optional(fixedBool) },
  ({ target, start: startOf, length: lengthOf, utf8_safe: isWhole = false }) =>
    (row) => {
      const start = startOf(row);
      const length = lengthOf(row);
      if (start < 0n) throw new StatementFailure('start is negative');
      if (length <= 0n) throw new StatementFailure('length is not above 0');
      const text = target(row);
      if (start + length > Buffer.byteLength(text))
        throw new StatementFailure('the text ends before start + length');
      return cutBytes(text, Number(start), Number(start + length), isWhole);
    },
);

function trimmed(text: string, cut: ReadonlySet<string>): string {
  const characters = [...text];
  let start = 0;
  let end = characters.length;
  while (start < end && cut.has(characters[start] as string)) start++;
  while (end > start && cut.has(characters[end - 1] as string)) end--;
  return characters.slice(start, end).join('');
}

const trim = converter(
  'Trim',
  { target: string, replacement: optional(fixedString) },
  ({ target, replacement = ' ' }) => {
    const cut = new Set(replacement);
    return (row) => trimmed(target(row), cut);
  },
);

const trimPrefix = converter(
  'TrimPrefix',
  { target: string, prefix: string },
  ({ target, prefix }) =>
    (row) => {
      const [text, start] = [target(row), prefix(row)];
      return text.startsWith(start) ? text.slice(start.length) : text;
    },
);

const trimSuffix = converter(
  'TrimSuffix',
  { target: string, suffix: string },
  ({ target, suffix }) =>
    (row) => {
      const [text, end] = [target(row), suffix(row)];
      return text.endsWith(end) ? text.slice(0, text.length - end.length) : text;
    },
);

const hasPrefix = converter(
  'HasPrefix',
  { target: string, prefix: string },
  ({ target, prefix }) =>
    (row) =>
      target(row).startsWith(prefix(row)),
);

const hasSuffix = converter(
  'HasSuffix',
  { target: string, suffix: string },
  ({ target, suffix }) =>
    (row) =>
      target(row).endsWith(suffix(row)),
);

const extractPatterns = converter(
  'ExtractPatterns',
  { target: string, pattern: regex },
  ({ target, pattern: patternIn }) => {
    if (patternIn.constant?.value.names.every((name) => name === undefined))
      throw new StatementFailure('the pattern has no group with a name, (?P<name>…)');
    return (row) => {
      const text = target(row);
      const { names, groups } = { names: patternIn(row).names, groups: patternIn(row).groups(text) };
      if (names.every((name) => name === undefined))
        throw wrongType('a pattern whose groups have names', undefined);
      if (groups === undefined) return OttlMap.EMPTY;
      const found = new Map<string, string>();
      for (const [number, name] of names.entries())
        if (name !== undefined) found.set(name, groups[number] ?? '');
      return new OttlMap([...found].map(([name, stringValue]) => keyValue(name, { stringValue })));
    };
  },
);

/** Converters of texts. */
export const TEXT_CONVERTERS: readonly OttlFunction[] = [
  ofText('ToLowerCase', (text) => text.toLowerCase()),
  ofText('ToUpperCase', (text) => text.toUpperCase()),
  ofText('ToSnakeCase', toSnakeCase),
  ofText('ToCamelCase', toCamelCase),
  convertCase,
  isMatch,
  concat,
  split,
  substring,
  trim,
  trimPrefix,
  trimSuffix,
  hasPrefix,
  hasSuffix,
  extractPatterns,
];
