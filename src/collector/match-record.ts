import type { OtlpObject } from '../otlp/wire/decode-protobuf.ts';
import type { AttributeMatch, LibraryMatch, MatchProperties } from './config/match-properties.ts';
import { compare } from './ottl/compare.ts';
import { bodyText, fromAnyValue } from './ottl/convert-value.ts';
import { Pattern } from './ottl/pattern.ts';
import type { Draft, Row } from './ottl/row.ts';
import type { Value } from './ottl/value.ts';

/** Which records a processor is for. */
export interface Selection {
  readonly include?: MatchProperties | undefined;
  readonly exclude?: MatchProperties | undefined;
}

type Test = (row: Row) => boolean;
type TextTest = (text: string) => boolean;

const SPAN_KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

/** Whether a record is included, and not excluded; without either all are. */
export function selects({ include, exclude }: Selection): Test {
  const isIncluded = include === undefined ? undefined : matches(include);
  const isExcluded = exclude === undefined ? undefined : matches(exclude);
  return (row) => isIncluded?.(row) !== false && isExcluded?.(row) !== true;
}

function matches(properties: MatchProperties): Test {
  const { isRegexp, severity, attributes, resources, libraries } = properties;
  const tests: Test[] = [];
  const addTexts = (wanted: readonly string[], textOf: (row: Row) => string): void => {
    if (wanted.length === 0) return;
    const test = textTest(wanted, isRegexp);
    tests.push((row) => test(textOf(row)));
  };
  addTexts(properties.services, serviceOf);
  addTexts(properties.spanNames, (row) => (row.record.get('name') as string | undefined) ?? '');
  addTexts(properties.spanKinds, kindOf);
  addTexts(properties.bodies, (row) => bodyText((row.record.get('body') as OtlpObject | undefined) ?? {}));
  addTexts(properties.severityTexts, (row) => (row.record.get('severityText') as string | undefined) ?? '');
  if (severity !== undefined) tests.push((row) => isSevere(row, severity));
  for (const library of libraries) tests.push(libraryTest(library, isRegexp));
  for (const one of resources) tests.push(attributeTest(one, isRegexp, (row) => row.resource));
  for (const one of attributes) tests.push(attributeTest(one, isRegexp, (row) => row.record));
  return (row) => tests.every((test) => test(row));
}

function textTest(wanted: readonly string[], isRegexp: boolean): TextTest {
  if (isRegexp) {
    const patterns = wanted.map((source) => new Pattern(source));
    return (text) => patterns.some((pattern) => pattern.test(text));
  }
  const texts = new Set(wanted);
  return (text) => texts.has(text);
}

function serviceOf(row: Row): string {
  const value = row.resource.entry('attributes', 'service.name');
  return value === undefined ? '<nil-service-name>' : bodyText(value);
}

function kindOf(row: Row): string {
  const name = SPAN_KINDS[(row.record.get('kind') as number | undefined) ?? 0];
  return name === undefined ? '' : `SPAN_KIND_${name}`;
}

function isSevere(row: Row, { min, matchesUndefined }: NonNullable<MatchProperties['severity']>): boolean {
  const severity = (row.record.get('severityNumber') as number | undefined) ?? 0;
  return severity === 0 ? matchesUndefined : severity >= min;
}

function libraryTest({ name, version }: LibraryMatch, isRegexp: boolean): Test {
  const isName = textTest([name], isRegexp);
  const isVersion = version === undefined ? () => true : textTest([version], isRegexp);
  return ({ scope }) =>
    isName((scope.get('name') as string | undefined) ?? '') &&
    isVersion((scope.get('version') as string | undefined) ?? '');
}

function attributeTest(
  { key, value }: AttributeMatch,
  isRegexp: boolean,
  draftOf: (row: Row) => Draft,
): Test {
  const isValue = value === undefined ? () => true : valueTest(value, isRegexp);
  return (row) => {
    const value = draftOf(row).entry('attributes', key);
    return value !== undefined && isValue(fromAnyValue(value));
  };
}

function valueTest(wanted: OtlpObject, isRegexp: boolean): (value: Value) => boolean {
  if (isRegexp) {
    const pattern = new Pattern(wanted.stringValue as string);
    return (value) => value !== undefined && typeof value !== 'object' && pattern.test(String(value));
  }
  const expected = fromAnyValue(wanted);
  return (value) => typeof value === typeof expected && compare(value, '==', expected);
}
