import { readYamlDocument } from '../../read-yaml-document.ts';
import { type ConfigNode, dotted, type MapEntry, type Position } from './config-node.ts';
import { expandEnvironment, type Variables } from './expand-environment.ts';
import type { Problems } from './problems.ts';

/** So often may the anchors of a variable be used, counted with what is in them. */
const MAX_ALIASES = 100;

/** Where a value stands, and how it is read. */
export interface Place {
  readonly at: Position | undefined;
  readonly path: string;
  /** The objects around it. */
  readonly parents: readonly object[];
  /** Undefined: text is taken as it is. */
  readonly variables: Variables | undefined;
  readonly problems: Problems;
}

/** Turns a value that a caller or a variable gave into a node; what is wrong with it goes to `problems`. */
export function readValue(value: unknown, place: Place): ConfigNode {
  const { at, path, problems } = place;
  if (typeof value === 'string') return expand(value, place);
  if (typeof value === 'number' || typeof value === 'boolean') return { kind: 'scalar', at, value };
  if (value === null || value === undefined) return { kind: 'scalar', at, value: null };
  if (typeof value === 'object' && !place.parents.includes(value)) return readInside(value, place);
  const problem = typeof value === 'object' ? 'holds itself' : `expected data, got a ${typeof value}`;
  problems.add(at, path, problem);
  return { kind: 'scalar', at, value: null };
}

function readInside(value: object, place: Place): ConfigNode {
  const { at, path } = place;
  const inside = { ...place, parents: [...place.parents, value] };
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, index) =>
      readValue(item, { ...inside, path: `${path}[${index}]` }),
    );
    return { kind: 'list', at, items };
  }
  const entries = new Map<string, MapEntry>();
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    entries.set(name, { keyAt: at, node: readValue(item, { ...inside, path: dotted(path, name) }) });
  }
  return { kind: 'map', at, entries };
}

function expand(text: string, place: Place): ConfigNode {
  const { at, path, variables, problems } = place;
  if (variables === undefined) return { kind: 'scalar', at, value: text };
  try {
    const expanded = expandEnvironment(text, variables);
    const { hasGap } = expanded;
    return expanded.whole
      ? retype(expanded.text, place)
      : { kind: 'scalar', at, value: expanded.text, hasGap };
  } catch (error) {
    problems.add(at, path, (error as Error).message);
    return { kind: 'scalar', at, value: null };
  }
}

/** What a variable held, as YAML: a port is a number, `true` is a boolean, nothing is null. */
function retype(text: string, place: Place): ConfigNode {
  return { ...readValue(parseOr(text), { ...place, variables: undefined }), text };
}

/** Text that is not YAML is a string. */
function parseOr(text: string): unknown {
  try {
    const { document, problems } = readYamlDocument(text);
    return problems.length > 0 ? text : document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    return text;
  }
}
