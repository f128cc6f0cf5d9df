import { nearestName } from '../../nearest-name.ts';
import { type ConfigNode, dotted, kindOf, type MapNode, type ScalarNode } from './config-node.ts';
import { Problems } from './problems.ts';

/**
 * What a value must look like. `read` reports everything that is wrong; what it then returns is never used,
 * because a configuration with problems does not start.
 */
export interface Shape<T> {
  readonly read: (node: ConfigNode, path: string, problems: Problems) => T;
  /** Nothing is a value too: a component without settings. */
  readonly takesNothing?: true;
}

/** What a shape returns. */
export type Read<S> = S extends Shape<infer T> ? T : never;

/** A key of a mapping. */
export interface Key<T> {
  readonly shape: Shape<T>;
  readonly required: boolean;
  /** What a missing key stands for. */
  readonly fallback: T | undefined;
}

type Keys = { readonly [name: string]: Key<unknown> };
type Checked<K extends Keys> = { readonly [N in keyof K]: K[N] extends Key<infer T> ? T : never };

export const RUN_THE_REAL_ONE = 'only the OpenTelemetry Collector has this; run that one with the same file';

export function required<T>(shape: Shape<T>): Key<T> {
  return { shape, required: true, fallback: undefined };
}

export function optional<T>(shape: Shape<T>): Key<T | undefined>;
export function optional<T>(shape: Shape<T>, fallback: NoInfer<T>): Key<T>;
export function optional<T>(shape: Shape<T>, fallback?: T): Key<T | undefined> {
  return { shape, required: false, fallback };
}

/** A mapping that may be missing: then each of its keys is. */
export function section<T>(shape: Shape<T>): Key<T> {
  return optional(shape, shape.read({ kind: 'map', at: undefined, entries: new Map() }, '', new Problems()));
}

/**
 * A mapping with the given keys.
 * @param elsewhere - keys that the OpenTelemetry Collector has, and this engine has not
 */
export function mapping<K extends Keys>(keys: K, elsewhere: readonly string[] = []): Shape<Checked<K>> {
  return {
    takesNothing: true,
    read: (node, path, problems) => {
      const map = asMap(node, path, problems);
      if (map === undefined) return {} as Checked<K>;
      checkKeys(map, path, Object.keys(keys), elsewhere, problems);
      const read = Object.entries(keys).map(([name, key]) => [name, readKey(map, name, key, path, problems)]);
      return Object.fromEntries(read) as Checked<K>;
    },
  };
}

/** The node as a mapping; nothing is an empty one. */
export function asMap(node: ConfigNode, path: string, problems: Problems): MapNode | undefined {
  if (node.kind === 'map') return node;
  if (isNothing(node)) return { kind: 'map', at: node.at, entries: new Map() };
  problems.add(node.at, path, `expected a mapping, got ${kindOf(node)}`);
  return undefined;
}

function checkKeys(
  map: MapNode,
  path: string,
  known: readonly string[],
  elsewhere: readonly string[],
  problems: Problems,
): void {
  for (const [name, { keyAt }] of map.entries) {
    if (known.includes(name)) continue;
    problems.add(keyAt, dotted(path, name), () =>
      elsewhere.includes(name) ? RUN_THE_REAL_ONE : `unknown key; ${suggestion(name, known)}`,
    );
  }
}

/** Which of the known names was meant, or which there are. */
export function suggestion(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? `expected ${listed(known)}` : `did you mean ${nearest}?`;
}

function readKey(map: MapNode, name: string, key: Key<unknown>, path: string, problems: Problems): unknown {
  const node = map.entries.get(name)?.node;
  const isGiven = node !== undefined && (key.shape.takesNothing === true || !isNothing(node));
  if (isGiven) return key.shape.read(node, dotted(path, name), problems);
  if (key.required) problems.add(node?.at ?? map.at, dotted(path, name), 'is missing');
  return key.fallback;
}

/** Whether nothing is there: no key, a key without a value, or an empty variable. */
export function isNothing(node: ConfigNode | undefined): boolean {
  return node === undefined || (node.kind === 'scalar' && node.value === null && !node.text);
}

export const anything: Shape<unknown> = { read: () => undefined, takesNothing: true };

/** A key that may be there with nothing, `false` or an empty string, and no more. @param why - it may not, and what to do instead */
export function absent(why: string): Key<undefined> {
  const shape: Shape<undefined> = {
    read: (node, path, problems) => {
      const isEmpty = node.kind === 'scalar' && (node.value === '' || node.value === false);
      if (!isEmpty) problems.add(node.at, path, why);
      return undefined;
    },
  };
  return { shape, required: false, fallback: undefined };
}

export const boolean: Shape<boolean> = {
  read: (node, path, problems) => {
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
    problems.add(node.at, path, `expected true or false, got ${kindOf(node)}`);
    return false;
  },
};

/** Any string. */
export function text(expected?: string): Shape<string>;
/**
 * A string that `convert` understands; it returns undefined for one that it does not.
 * @param elsewhere - values that the OpenTelemetry Collector understands, and this engine does not
 */
export function text<T>(
  expected: string,
  convert: (value: string) => T | undefined,
  elsewhere?: readonly string[],
): Shape<T>;
// Without a function that converts there is no type to infer: a key in a mapping would be of an unknown one.
export function text(
  expected = 'a string',
  convert: (value: string) => unknown = (value) => value,
  elsewhere: readonly string[] = [],
): Shape<unknown> {
  return {
    read: (node, path, problems) => {
      const given = node.text ?? (node.kind === 'scalar' ? node.value : undefined);
      const value = typeof given === 'string' ? convert(given) : undefined;
      if (value === undefined) problems.add(node.at, path, wrongText(expected, given, node, elsewhere));
      return value;
    },
  };
}

function wrongText(expected: string, given: unknown, node: ConfigNode, elsewhere: readonly string[]): string {
  if (typeof given !== 'string') return `expected ${expected}, got ${kindOf(node)}`;
  return elsewhere.includes(given)
    ? `expected ${expected}; ${RUN_THE_REAL_ONE}`
    : `expected ${expected}, got another string`;
}

export function oneOf<const T extends string>(
  values: readonly T[],
  elsewhere: readonly string[] = [],
): Shape<T> {
  return text(listed(values), (given) => values.find((value) => value === given), elsewhere);
}

export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
  return {
    read: (node, path, problems) => {
      const value = node.kind === 'scalar' ? toNumber(node.value) : undefined;
      if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max)
        return value;
      problems.add(node.at, path, `expected a whole number, ${range}, got ${numberOr(node)}`);
      return min;
    },
  };
}

/** `1_000` is a number in YAML as the OpenTelemetry Collector reads it, wherever the lines are. */
function toNumber(value: ScalarNode['value']): ScalarNode['value'] {
  const isGrouped = typeof value === 'string' && /^\d+(_\d+)+$/.test(value);
  return isGrouped ? Number(value.replaceAll('_', '')) : value;
}

/** A list whose items all look the same. */
export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    read: (node, path, problems) => {
      if (node.kind === 'list')
        return node.items.map((one, index) => item.read(one, `${path}[${index}]`, problems));
      problems.add(node.at, path, `expected a list, got ${kindOf(node)}`);
      return [];
    },
  };
}

function numberOr(node: ConfigNode): string {
  return node.kind === 'scalar' && typeof node.value === 'number' ? String(node.value) : kindOf(node);
}

/** The most names that are listed. */
const MAX_LISTED = 20;

export function listed(names: readonly string[]): string {
  if (names.length > MAX_LISTED) return `one of ${names.length} others`;
  return names.join(', ').replace(/, ([^,]*)$/, ' or $1');
}
