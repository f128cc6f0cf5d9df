import type { Configured, Known, KnownComponents } from '../component.ts';
import { dotted, type MapEntry, type MapNode } from './config-node.ts';
import { type Section, whyElsewhere } from './elsewhere.ts';
import type { Problems } from './problems.ts';
import { type Shape, suggestion } from './shape.ts';

/** The components of a section that are defined, by id. */
export type Defined<T> = ReadonlyMap<string, T>;

/** What a section may define, by name; of what it does not name there is no shape. */
export type Types<T> = ReadonlyMap<string, Shape<T> | undefined>;

/** The components of each section, those loaded that a configuration names. */
export type LoadedComponents = {
  readonly [S in keyof KnownComponents]: Types<ConfiguredBy<KnownComponents[S][number]>>;
};

type ConfiguredBy<K> = K extends Known<infer Host, infer Running> ? Configured<Host, Running> : never;

/** Loads what a configuration names. */
export async function loadComponents(root: MapNode, known: KnownComponents): Promise<LoadedComponents> {
  const load = <Host, Running>(section: Section, components: readonly Known<Host, Running>[]) =>
    loadSection(typesIn(root, section), components);
  const [receivers, processors, exporters, connectors, extensions] = await Promise.all([
    load('receivers', known.receivers),
    load('processors', known.processors),
    load('exporters', known.exporters),
    load('connectors', known.connectors),
    load('extensions', known.extensions),
  ]);
  return { receivers, processors, exporters, connectors, extensions };
}

async function loadSection<Host, Running>(
  named: ReadonlySet<string>,
  components: readonly Known<Host, Running>[],
): Promise<Types<Configured<Host, Running>>> {
  const loaded = components.map(async ({ types, load }) => {
    const shape = types.some((type) => named.has(type)) ? await load() : undefined;
    return types.map((type) => [type, shape] as const);
  });
  return new Map((await Promise.all(loaded)).flat());
}

function typesIn(root: MapNode, section: Section): ReadonlySet<string> {
  const node = root.entries.get(section)?.node;
  return new Set(node?.kind === 'map' ? [...node.entries.keys()].map(typeOf) : []);
}

/** Of a component id, `type` or `type/name`; empty where it is neither. */
function typeOf(id: string): string {
  return /^([a-zA-Z][0-9a-zA-Z_]*)(?:\/\S.*)?$/.exec(id)?.[1] ?? '';
}

/** The shape of a section, such as `exporters`, with the components that it may define. */
export function section<T>(name: Section, types: Types<T>): Shape<Defined<T>> {
  return {
    takesNothing: true,
    read: (node, path, problems) => {
      const defined = new Map<string, T>();
      if (node.kind !== 'map') {
        const isNothing = node.kind === 'scalar' && node.value === null;
        if (!isNothing) problems.add(node.at, path, 'expected a mapping of components');
        return defined;
      }
      for (const [id, entry] of node.entries) {
        const shape = shapeOf(name, id, types, entry, dotted(path, id), problems);
        if (shape !== undefined) defined.set(id, shape.read(entry.node, dotted(path, id), problems));
      }
      return defined;
    },
  };
}

/** The shape for a component id. */
function shapeOf<T>(
  section: Section,
  id: string,
  types: Types<T>,
  { keyAt }: MapEntry,
  path: string,
  problems: Problems,
): Shape<T> | undefined {
  const type = typeOf(id);
  const shape = types.get(type);
  if (shape !== undefined) return shape;
  problems.add(keyAt, path, () => whyUnknown(section, type, [...types.keys()]));
  return undefined;
}

function whyUnknown(section: Section, type: string, known: readonly string[]): string {
  if (type === '') return 'expected a component id, TYPE or TYPE/NAME';
  const elsewhere = whyElsewhere(section, type);
  if (elsewhere !== undefined) return elsewhere;
  const kind = section.slice(0, -1);
  return known.length === 0 ? `this engine has no ${section}` : `unknown ${kind}; ${suggestion(type, known)}`;
}
