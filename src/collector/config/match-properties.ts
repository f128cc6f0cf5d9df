import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { Pattern } from '../ottl/pattern.ts';
import { anyValueShape } from './any-value-shape.ts';
import {
  boolean,
  integer,
  listOf,
  mapping,
  oneOf,
  optional,
  required,
  type Shape,
  text,
  words,
} from './shape.ts';

/** What records have to look like to be meant by `include` or `exclude`; each list that is there has to fit. */
export interface MatchProperties {
  readonly isRegexp: boolean;
  readonly services: readonly string[];
  readonly spanNames: readonly string[];
  readonly spanKinds: readonly string[];
  readonly bodies: readonly string[];
  readonly severityTexts: readonly string[];
  readonly severity: { readonly min: number; readonly matchesUndefined: boolean } | undefined;
  readonly attributes: readonly AttributeMatch[];
  readonly resources: readonly AttributeMatch[];
  readonly libraries: readonly LibraryMatch[];
}

export interface AttributeMatch {
  readonly key: string;
  /** Undefined: it only has to be there. */
  readonly value: OtlpObject | undefined;
}

export interface LibraryMatch {
  readonly name: string;
  readonly version: string | undefined;
}

const texts = optional(words(text()), []);
const attributes = optional(
  listOf(
    mapping({ key: required(text('a key', (key) => key || undefined)), value: optional(anyValueShape) }),
  ),
  [],
);
const libraries = optional(listOf(mapping({ name: required(text()), version: optional(text()) })), []);
const severityNumber = optional(
  mapping({ min: optional(integer(0, 24), 0), match_undefined: optional(boolean, false) }),
);
const matchType = required(oneOf(['strict', 'regexp']));
// How the OpenTelemetry Collector keeps results of patterns; nothing here depends on it.
const regexp = optional(
  mapping({ cacheenabled: optional(boolean), cachemaxnumentries: optional(integer(0)) }),
);

const NAMES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) =>
  ['', '2', '3', '4'].map((step) => `${name}${step}`),
);
const severityName = text('a severity such as INFO, or its number in quotes', (given) => {
  const number = /^\d+$/.test(given) ? Number(given) : NAMES.indexOf(given.toUpperCase()) + 1;
  return number >= 1 && number <= NAMES.length ? number : undefined;
});

const EMPTY: MatchProperties = {
  isRegexp: false,
  services: [],
  spanNames: [],
  spanKinds: [],
  bodies: [],
  severityTexts: [],
  severity: undefined,
  attributes: [],
  resources: [],
  libraries: [],
};

/** `include` and `exclude` of the `attributes` processor, and of `spans` in the `filter` processor. */
export const matchProperties: Shape<MatchProperties> = checked(
  mapping(
    {
      match_type: matchType,
      regexp,
      services: texts,
      span_names: texts,
      span_kinds: texts,
      log_bodies: texts,
      log_severity_texts: texts,
      log_severity_number: severityNumber,
      attributes,
      resources: attributes,
      libraries,
    },
    ['metric_names'],
  ),
  (given) => ({
    isRegexp: given.match_type === 'regexp',
    services: given.services,
    spanNames: given.span_names,
    spanKinds: given.span_kinds,
    bodies: given.log_bodies,
    severityTexts: given.log_severity_texts,
    severity: severityOf(given.log_severity_number),
    attributes: given.attributes,
    resources: given.resources,
    libraries: given.libraries,
  }),
);

/** `include` and `exclude` of `logs` in the `filter` processor, which has other names for the same. */
export const logMatchProperties: Shape<MatchProperties> = checked(
  mapping({
    match_type: matchType,
    resource_attributes: attributes,
    record_attributes: attributes,
    severity_texts: texts,
    bodies: texts,
    severity_number: optional(
      mapping({ min: optional(severityName, 0), match_undefined: optional(boolean, false) }),
    ),
  }),
  (given) => ({
    ...EMPTY,
    isRegexp: given.match_type === 'regexp',
    bodies: given.bodies,
    severityTexts: given.severity_texts,
    severity: severityOf(given.severity_number),
    attributes: given.record_attributes,
    resources: given.resource_attributes,
  }),
);

interface Severity {
  readonly min: number;
  readonly match_undefined: boolean;
}

function severityOf(given: Severity | undefined): MatchProperties['severity'] {
  return given === undefined ? undefined : { min: given.min, matchesUndefined: given.match_undefined };
}

/** Patterns are compiled when the configuration is read, so that a wrong one is a problem like any other. */
function checked<T>(shape: Shape<T>, convert: (given: T) => MatchProperties): Shape<MatchProperties> {
  return {
    read: (node, path, problems) => {
      const before = problems.count;
      const given = shape.read(node, path, problems);
      if (problems.count > before) return EMPTY;
      const properties = convert(given);
      if (properties.isRegexp) {
        const wrong = patternsIn(properties)
          .map(whyNoPattern)
          .find((reason) => reason !== undefined);
        if (wrong !== undefined) problems.add(node.at, path, wrong);
      }
      return properties;
    },
  };
}

function patternsIn(properties: MatchProperties): unknown[] {
  const { services, spanNames, spanKinds, bodies, severityTexts, attributes: own, resources } = properties;
  const names = properties.libraries.flatMap(({ name, version = '' }) => [name, version]);
  const values = [...own, ...resources].flatMap(({ value }) =>
    value === undefined ? [] : [value.stringValue],
  );
  return [...services, ...spanNames, ...spanKinds, ...bodies, ...severityTexts, ...names, ...values];
}

function whyNoPattern(source: unknown): string | undefined {
  if (typeof source !== 'string') return 'with match_type regexp the values of attributes are strings';
  try {
    new Pattern(source);
    return undefined;
  } catch (error) {
    return `not a regular expression of RE2: ${(error as Error).message}`;
  }
}
