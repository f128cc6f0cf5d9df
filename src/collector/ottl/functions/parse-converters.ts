import type { OtlpObject } from '../../../otlp/wire/decode-protobuf.ts';
import { keyValue } from '../../../otlp/wire/entries.ts';
import { toAnyValue } from '../convert-value.ts';
import { StatementFailure, wrongType } from '../failure.ts';
import { converter, type OttlFunction } from '../function.ts';
import { fixedString, int, optional, string } from '../parameter.ts';
import { parseCsvRow } from '../parse-csv.ts';
import { splitPairs } from '../split-pairs.ts';
import { OttlList, OttlMap, type Value } from '../value.ts';

/** Deeper than what OTLP can carry. */
const MAX_DEPTH = 100;

const parseJson = converter('ParseJSON', { target: string }, ({ target }) => (row) => {
  const parsed = fromJson(parsedOrNothing(target(row)), 0);
  if (parsed instanceof OttlMap || parsed instanceof OttlList) return parsed;
  throw wrongType('JSON that is an object or an array', parsed);
});

function parsedOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which is data.
    throw new StatementFailure('a text that is not JSON');
  }
}

/** Every number is a float, as in Go. */
function fromJson(parsed: unknown, depth: number): Value {
  if (depth > MAX_DEPTH) throw new StatementFailure(`JSON that is nested more than ${MAX_DEPTH} deep`);
  if (parsed === null) return undefined;
  if (typeof parsed !== 'object') return parsed as string | number | boolean;
  if (Array.isArray(parsed)) return new OttlList(parsed.map((item) => toAnyValue(fromJson(item, depth + 1))));
  const entries = Object.entries(parsed);
  return new OttlMap(entries.map(([key, item]) => keyValue(key, toAnyValue(fromJson(item, depth + 1)))));
}

const parseKeyValue = converter(
  'ParseKeyValue',
  { target: string, delimiter: optional(fixedString), pair_delimiter: optional(fixedString) },
  ({ target, delimiter = '=', pair_delimiter: pairDelimiter = ' ' }) => {
    if (delimiter === '' || pairDelimiter === '') throw new StatementFailure('a delimiter is empty');
    if (delimiter === pairDelimiter) throw new StatementFailure('both delimiters are the same');
    return (row) => {
      const text = target(row);
      if (text === '') throw new StatementFailure('an empty text has no pairs');
      const pairs = splitPairs(text, pairDelimiter).map((pair) => {
        const at = pair.indexOf(delimiter);
        if (at < 0) throw new StatementFailure('a pair without its delimiter');
        return [pair.slice(0, at).trim(), pair.slice(at + delimiter.length).trim()] as const;
      });
      return textMap(new Map(pairs));
    };
  },
);

function textMap(texts: ReadonlyMap<string, string>): OttlMap {
  return new OttlMap([...texts].map(([key, stringValue]) => keyValue(key, { stringValue })));
}

const MODES = ['strict', 'lazyQuotes', 'ignoreQuotes'];

const parseCsv = converter(
  'ParseCSV',
  {
    target: string,
    header: string,
    delimiter: optional(fixedString),
    header_delimiter: optional(fixedString),
    mode: optional(fixedString),
  },
  ({ target, header, delimiter = ',', header_delimiter: headerDelimiter = delimiter, mode = 'strict' }) => {
    if ([...delimiter].length !== 1 || [...headerDelimiter].length !== 1)
      throw new StatementFailure('a delimiter is one character');
    if (!MODES.includes(mode)) throw new StatementFailure(`mode is one of ${MODES.join(', ')}`);
    return (row) => {
      const text = target(row);
      const names = header(row);
      if (names === '') throw new StatementFailure('header is empty');
      const fields =
        mode === 'ignoreQuotes' ? text.split(delimiter) : parseCsvRow(text, delimiter, mode !== 'strict');
      const headers = names.split(headerDelimiter);
      if (headers.length !== fields.length)
        throw new StatementFailure('not as many fields as the header has');
      return textMap(new Map(headers.map((name, index) => [name, fields[index] ?? ''])));
    };
  },
);

const parseInt64 = converter(
  'ParseInt',
  { target: string, base: int },
  ({ target, base: baseIn }) =>
    (row) => {
      const text = target(row);
      const base = baseIn(row);
      const [, sign = '', prefix = '', digits = ''] = /^([+-]?)(0[xXbBoO])?([0-9a-zA-Z]+)$/.exec(text) ?? [];
      if (base !== 0n && (base < 2n || base > 36n)) throw new StatementFailure('a base is 0, or 2 to 36');
      if (digits === '' || (base !== 0n && prefix !== '' && base <= 16n))
        throw new StatementFailure('a text that is no int');
      const known =
        prefix === ''
          ? digits.startsWith('0') && digits !== '0'
            ? 8n
            : 10n
          : PREFIXES.get(prefix[1]?.toLowerCase() ?? '');
      const parsed = digitsIn(
        base === 0n ? digits : `${prefix}${digits}`,
        base === 0n ? (known ?? 10n) : base,
      );
      const value = sign === '-' ? -parsed : parsed;
      if (value !== BigInt.asIntN(64, value))
        throw new StatementFailure('an int has 64 bits, and this one needs more');
      return value;
    },
);

const PREFIXES: ReadonlyMap<string, bigint> = new Map([
  ['x', 16n],
  ['b', 2n],
  ['o', 8n],
]);

/** More digits than an int of 64 bits has in any base. */
const MAX_DIGITS = 70;

function digitsIn(digits: string, base: bigint): bigint {
  if (digits.length > MAX_DIGITS) throw new StatementFailure('an int has 64 bits, and this one needs more');
  let value = 0n;
  for (const digit of digits) {
    const number = Number.parseInt(digit, 36);
    if (number >= Number(base)) throw new StatementFailure('a text that is no int of this base');
    value = value * base + BigInt(number);
  }
  return value;
}

/** The parts of a URI: scheme, authority, path, query and fragment. @see RFC 3986, appendix B */
const URI = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
const AUTHORITY = /^(?:([^@]*)@)?(\[[^\]]*\]|[^:]*)(?::(\d{0,5}))?$/;

const url = converter('URL', { uri: string }, ({ uri }) => (row) => {
  const text = uri(row);
  if (text === '') throw new StatementFailure('an empty text is no URL');
  const [, scheme = '', authority = '', path = '', query = '', fragment = ''] = URI.exec(text) ?? [];
  const [isOne, user, host = '', port = ''] = AUTHORITY.exec(authority) ?? [];
  if (isOne === undefined) throw new StatementFailure('a text that is no URL');
  const decodedPath = decoded(path);
  const fields = new Map<string, OtlpObject>([
    ['url.original', { stringValue: text }],
    ['url.domain', { stringValue: decoded(host.replace(/^\[|\]$/g, '')) }],
    ['url.scheme', { stringValue: scheme.toLowerCase() }],
    ['url.path', { stringValue: decodedPath }],
  ]);
  if (port !== '') fields.set('url.port', { intValue: String(Number(port)) });
  if (fragment !== '') fields.set('url.fragment', { stringValue: decoded(fragment) });
  if (query !== '') fields.set('url.query', { stringValue: query });
  if (user !== undefined) addUser(fields, user);
  const extension = /\.([^.]+)$/s.exec(decodedPath)?.[1];
  if (extension !== undefined) fields.set('url.extension', { stringValue: extension });
  return new OttlMap([...fields].map(([key, value]) => keyValue(key, value)));
});

function addUser(fields: Map<string, OtlpObject>, user: string): void {
  const [name = '', ...password] = user.split(':');
  fields.set('url.user_info', { stringValue: user });
  if (name !== '') fields.set('url.username', { stringValue: decoded(name) });
  if (password.length > 0) fields.set('url.password', { stringValue: decoded(password.join(':')) });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StatementFailure('a text that is no URL');
  }
}

/** Converters that take texts apart. */
export const PARSE_CONVERTERS: readonly OttlFunction[] = [
  parseJson,
  parseKeyValue,
  parseCsv,
  parseInt64,
  url,
];
