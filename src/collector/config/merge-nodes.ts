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

/** The same with keys that are paths taken apart into maps, at any depth. */
export function unfoldKeys(node: ConfigNode): ConfigNode {
  if (node.kind !== 'map') return node;
  const inside = new Map([...node.entries].map(([name, entry]) => [name, unfoldedEntry(entry)]));
  if (![...inside.keys()].some((name) => name.includes(SEPARATOR))) return { ...node, entries: inside };
  let unfolded: ConfigNode = { ...node, entries: new Map() };
  for (const [name, entry] of inside) unfolded = mergeNodes(unfolded, nested(name.split(SEPARATOR), entry));
  return unfolded;
}

function unfoldedEntry({ keyAt, node }: MapEntry): MapEntry {
  return { keyAt, node: unfoldKeys(node) };
}

function nested(path: readonly string[], { keyAt, node }: MapEntry): MapNode {
  const [name = '', ...rest] = path;
  const inside = rest.length === 0 ? node : nested(rest, { keyAt, node });
  return { kind: 'map', at: keyAt, entries: new Map([[name, { keyAt, node: inside }]]) };
}
