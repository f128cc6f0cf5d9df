import type { ConfigNode, MapEntry, MapNode } from './config-node.ts';

/** As the OpenTelemetry Collector separates the keys of a path: `processors::batch::timeout`. */
const SEPARATOR = '::';

/** Two configurations as one: maps are merged, and of everything else, lists included, the later one counts. */
export function mergeNodes(earlier: ConfigNode, later: ConfigNode): ConfigNode {
  if (earlier.kind !== 'map' || later.kind !== 'map') return later;
  const entries = new Map(earlier.entries);
  for (const [name, entry] of later.entries) {
    const before = entries.get(name);
    entries.set(name, before === undefined ? entry : { ...entry, node: mergeNodes(before.node, entry.node) });
  }
  return { ...later, entries };
}

/** The same with keys that are paths taken apart into maps. */
export function unfoldKeys(node: ConfigNode): ConfigNode {
  if (node.kind !== 'map' || ![...node.entries.keys()].some((name) => name.includes(SEPARATOR))) return node;
  let unfolded: ConfigNode = { ...node, entries: new Map() };
  for (const [name, entry] of node.entries) {
    const path = name.split(SEPARATOR);
    unfolded = mergeNodes(unfolded, nested(path, entry));
  }
  return unfolded;
}

function nested(path: readonly string[], { keyAt, node }: MapEntry): MapNode {
  const [name = '', ...rest] = path;
  const inside = rest.length === 0 ? node : nested(rest, { keyAt, node });
  return { kind: 'map', at: keyAt, entries: new Map([[name, { keyAt, node: inside }]]) };
}
