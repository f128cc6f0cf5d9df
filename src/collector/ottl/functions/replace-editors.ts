import type { OtlpObject } from '../../../otlp/wire/decode-protobuf.ts';
import { keyOf, keyValue } from '../../../otlp/wire/entries.ts';
import { StatementFailure } from '../failure.ts';
import { editor, type OttlFunction } from '../function.ts';
import { type Getter, mapped } from '../getter.ts';
import { globSource } from '../glob-source.ts';
import { fixedString, functionName, mapPath, optional, path, regex, string } from '../parameter.ts';
import { Pattern } from '../pattern.ts';
import type { Row } from '../row.ts';
import { OttlMap } from '../value.ts';

/** What replaces a text: a function may be applied to it, and a format to what that gives. */
const replacing = {
  replacement: string,
  function: optional(functionName),
  replacement_format: optional(string),
};

type Apply = ((row: Row, input: string) => string) | undefined;

function finished(row: Row, text: string, apply: Apply, format: Getter<string> | undefined): string {
  if (apply === undefined) return text;
  const applied = apply(row, text);
  return format === undefined ? applied : formatted(format(row), applied);
}

function formatted(format: string, text: string): string {
  const [before, after, ...more] = format.split('%s');
  if (before === undefined || after === undefined || more.length > 0 || `${before}${after}`.includes('%'))
    throw new StatementFailure('replacement_format holds one %s, and no other %');
  return `${before}${text}${after}`;
}

/** A function for texts in which all matches are replaced; it gives undefined where there is none. */
function replacer(
  row: Row,
  pattern: Pattern,
  replacement: string,
  apply: Apply,
  format: Getter<string> | undefined,
) {
  return (text: string): string | undefined =>
    pattern.replace(text, (groups) => finished(row, pattern.expand(replacement, groups), apply, format));
}

const replacePattern = editor(
  'replace_pattern',
  { target: path, regex_pattern: regex, ...replacing },
  ({ target, regex_pattern: patternIn, replacement, function: apply, replacement_format: format }) =>
    (row) => {
      const text = target.get(row);
      if (text === undefined) return;
      const replace = replacer(row, patternIn(row), replacement(row), apply, format);
      const replaced = typeof text === 'string' ? replace(text) : undefined;
      if (replaced !== undefined) target.set(row, replaced);
    },
);

const replaceAllPatterns = editor(
  'replace_all_patterns',
  { target: mapPath, mode: fixedString, regex_pattern: regex, ...replacing },
  ({ target, mode, regex_pattern: patternIn, replacement, function: apply, replacement_format: format }) => {
    if (mode !== 'key' && mode !== 'value') throw new StatementFailure('mode is "key" or "value"');
    const change = mode === 'key' ? withKeys : withTexts;
    return (row) => {
      const before = target.get(row);
      target.set(row, change(before, replacer(row, patternIn(row), replacement(row), apply, format)));
    };
  },
);

/** The map with other keys; of two that become the same the last one stays, in the place of the first. */
function withKeys(before: OttlMap, replace: (text: string) => string | undefined): OttlMap {
  const keys = before.entries.map((entry) => replace(keyOf(entry)));
  if (keys.every((key) => key === undefined)) return before;
  const entries = new Map<string, OtlpObject>();
  for (const [index, entry] of before.entries.entries()) {
    entries.set(keys[index] ?? keyOf(entry), entry.value as OtlpObject);
  }
  return new OttlMap([...entries].map(([key, value]) => keyValue(key, value)));
}

/** The map with other texts; what is no text stays. */
function withTexts(before: OttlMap, replace: (text: string) => string | undefined): OttlMap {
  let isChanged = false;
  const entries = before.entries.map((entry) => {
    const { stringValue: text } = entry.value as OtlpObject;
    const replaced = typeof text === 'string' ? replace(text) : undefined;
    if (replaced === undefined) return entry;
    isChanged = true;
    return { ...entry, value: { stringValue: replaced } };
  });
  return isChanged ? new OttlMap(entries) : before;
}

function globIn(pattern: Getter<string>): Getter<Pattern> {
  return mapped(pattern, (text) => new Pattern(globSource(text)));
}

const replaceMatch = editor(
  'replace_match',
  { target: path, pattern: string, ...replacing },
  ({ target, pattern, replacement, function: apply, replacement_format: format }) => {
    const globOf = globIn(pattern);
    return (row) => {
      const text = target.get(row);
      if (typeof text !== 'string' || !globOf(row).test(text)) return;
      target.set(row, finished(row, replacement(row), apply, format));
    };
  },
);

const replaceAllMatches = editor(
  'replace_all_matches',
  { target: mapPath, pattern: string, ...replacing },
  ({ target, pattern, replacement, function: apply, replacement_format: format }) => {
    const globOf = globIn(pattern);
    return (row) => {
      const glob = globOf(row);
      const replaced = finished(row, replacement(row), apply, format);
      target.set(
        row,
        withTexts(target.get(row), (text) => (glob.test(text) ? replaced : undefined)),
      );
    };
  },
);

/** Editors that replace texts. */
export const REPLACE_EDITORS: readonly OttlFunction[] = [
  replacePattern,
  replaceAllPatterns,
  replaceMatch,
  replaceAllMatches,
];
