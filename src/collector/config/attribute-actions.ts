import type { OtlpObject } from '../../otlp/wire/decode-protobuf.ts';
import { Pattern } from '../ottl/pattern.ts';
import { anyValueShape } from './any-value-shape.ts';
import type { ConfigNode } from './config-node.ts';
import type { Problems } from './problems.ts';
import {
  isNothing,
  listed,
  listOf,
  mapping,
  oneOf,
  optional,
  type Read,
  required,
  type Shape,
  text,
} from './shape.ts';

const ACTIONS = ['insert', 'update', 'upsert', 'delete', 'hash', 'extract', 'convert'] as const;
const TYPES = ['string', 'int', 'double'] as const;

/** One change of attributes: exactly what its `action` needs is there. */
export interface AttributeAction {
  readonly action: (typeof ACTIONS)[number];
  /** Empty: only the pattern says which attributes are meant. */
  readonly key: string;
  readonly value: OtlpObject | undefined;
  readonly defaultValue: OtlpObject | undefined;
  readonly fromAttribute: string | undefined;
  readonly pattern: Pattern | undefined;
  readonly convertedType: (typeof TYPES)[number] | undefined;
}

const action = mapping({
  action: required(text(listed(ACTIONS), (given) => ACTIONS.find((name) => name === given.toLowerCase()))),
  key: optional(text(), ''),
  value: optional(anyValueShape),
  default_value: optional(anyValueShape),
  from_attribute: optional(text()),
  from_context: optional(text()),
  pattern: optional(text()),
  converted_type: optional(oneOf(TYPES)),
});

type Given = Read<typeof action>;
type Key = keyof Given;

const SOURCES: readonly Key[] = ['value', 'from_attribute', 'from_context'];

/** The keys that make no sense with an action. */
const UNUSED: Readonly<Record<AttributeAction['action'], readonly Key[]>> = {
  insert: ['pattern', 'converted_type'],
  update: ['pattern', 'converted_type'],
  upsert: ['pattern', 'converted_type'],
  delete: ['value', 'from_attribute', 'converted_type'],
  hash: ['value', 'from_attribute', 'converted_type'],
  extract: [...SOURCES, 'converted_type'],
  convert: [...SOURCES, 'pattern'],
};

/** `actions` of the `attributes` processor, and `attributes` of the `resource` processor. */
export const attributeActions: Shape<readonly AttributeAction[]> = listOf({
  read: (node, path, problems) => {
    const before = problems.count;
    const given = action.read(node, path, problems);
    if (problems.count > before) return NOTHING;
    check(given, node, path, problems);
    return {
      action: given.action as AttributeAction['action'],
      key: given.key,
      value: given.value,
      defaultValue: given.default_value,
      fromAttribute: given.from_attribute,
      pattern: patternOf(given, node, path, problems),
      convertedType: given.converted_type,
    };
  },
});

const NOTHING: AttributeAction = {
  action: 'delete',
  key: '',
  value: undefined,
  defaultValue: undefined,
  fromAttribute: undefined,
  pattern: undefined,
  convertedType: undefined,
};

function check(given: Given, node: ConfigNode, path: string, problems: Problems): void {
  const add = (key: string, message: string): void => problems.add(node.at, `${path}.${key}`, message);
  const name = given.action as AttributeAction['action'];
  const isThere = (key: Key): boolean => node.kind === 'map' && !isNothing(node.entries.get(key)?.node);
  for (const key of UNUSED[name]) if (isThere(key)) add(key, `is of no use to ${name}`);
  const sources = SOURCES.filter(isThere);
  const takesValue = name === 'insert' || name === 'update' || name === 'upsert';
  if (takesValue && sources.length === 0 && !isThere('default_value')) {
    add('value', 'is missing, and so are from_attribute, from_context and default_value');
  }
  if (takesValue && sources.length > 1) add('value', `one of ${listed(sources)} is enough`);
  const takesPattern = name === 'delete' || name === 'hash';
  if (given.key === '' && !(takesPattern && given.pattern))
    add('key', takesPattern ? 'is missing, and so is pattern' : 'is missing');
  if (name === 'extract' && !given.pattern) add('pattern', 'is missing');
  if (name === 'convert' && given.converted_type === undefined) add('converted_type', 'is missing');
}

function patternOf(given: Given, node: ConfigNode, path: string, problems: Problems): Pattern | undefined {
  if (!given.pattern) return undefined;
  try {
    const pattern = new Pattern(given.pattern);
    const groups = pattern.names.slice(1);
    if (given.action === 'extract' && (groups.length === 0 || groups.includes(undefined)))
      problems.add(node.at, `${path}.pattern`, 'expected groups that all have names, (?P<name>…)');
    return pattern;
  } catch (error) {
    problems.add(node.at, `${path}.pattern`, `not a regular expression of RE2: ${(error as Error).message}`);
    return undefined;
  }
}
