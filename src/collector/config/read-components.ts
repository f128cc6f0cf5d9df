import type { Known } from '../component.ts';
import { dotted, type MapEntry } from './config-node.ts';
import { type Section, whyElsewhere } from './elsewhere.ts';
import type { Problems } from './problems.ts';
import { type Shape, suggestion } from './shape.ts';

/** The components of a section that are defined, by id. */
export type Defined<T> = ReadonlyMap<string, T>;

type Types<T> = ReadonlyMap<string, Shape<T>>;

/** The shape of a section, such as `exporters`, with the components that it may define. */
export function section<Host, Running>(
  name: Section,
  components: readonly Known<Host, Running>[],
): Shape<Defined<Shaped<Known<Host, Running>>>> {
  return sectionOf(
    name,
    new Map(components.flatMap(({ types, shape }) => types.map((type) => [type, shape]))),
  );
}

type Shaped<K> = K extends { readonly shape: Shape<infer T> } ? T : never;

function sectionOf<T>(name: Section, types: Types<T>): Shape<Defined<T>> {
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

/** The shape for a component id, `type` or `type/name`. */
function shapeOf<T>(
  section: Section,
  id: string,
  types: Types<T>,
  { keyAt }: MapEntry,
  path: string,
  problems: Problems,
): Shape<T> | undefined {
  const [, type = ''] = /^([a-zA-Z][0-9a-zA-Z_]*)(?:\/\S.*)?$/.exec(id) ?? [];
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
