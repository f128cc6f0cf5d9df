import type { Signal } from '../../otlp/wire/batch.ts';
import type { CheckContext, Provided } from '../component.ts';
import { type ConfigNode, dotted } from './config-node.ts';
import type { Problems } from './problems.ts';
import type { Defined } from './read-components.ts';
import type { PipelineConfig } from './read-pipelines.ts';
import { isNothing } from './shape.ts';

type Checked = Defined<{
  readonly check: (context: CheckContext) => void;
  readonly provides: readonly Provided[];
}>;

/** What a service says of its components. */
interface ServiceParts {
  readonly pipelines: readonly PipelineConfig[];
  readonly extensions: readonly string[];
}

const SECTIONS = ['receivers', 'processors', 'exporters', 'connectors', 'extensions'] as const;

/** Lets each component look for what no single key shows. */
export function checkComponents(
  sections: { readonly [section in (typeof SECTIONS)[number]]: Checked | undefined },
  { pipelines, extensions }: ServiceParts,
  root: ConfigNode,
  problems: Problems,
): void {
  const providing = (what: Provided) =>
    extensions.filter((id) => sections.extensions?.get(id)?.provides.includes(what));
  const owners = new Map<string, string>();
  for (const section of SECTIONS) {
    for (const [id, component] of sections[section] ?? []) {
      const path = `${section}.${id}`;
      const node = nodeAt(root, [section, id]);
      component.check({
        signals: signalsOf(section, id, pipelines),
        has: (key) => !isNothing(nodeAt(node, [key])),
        add: (key, message) => problems.add(node?.at, dotted(path, key), message),
        claim: (resource) => {
          const owner = owners.get(resource);
          owners.set(resource, path);
          return owner;
        },
        providing,
      });
    }
  }
}

function signalsOf(
  section: (typeof SECTIONS)[number],
  id: string,
  pipelines: readonly PipelineConfig[],
): ReadonlySet<Signal> {
  if (section === 'extensions') return new Set();
  // Of a connector those that it is given.
  const place = section === 'connectors' ? 'exporters' : section;
  return new Set(pipelines.filter((pipeline) => pipeline[place].includes(id)).map(({ signal }) => signal));
}

function nodeAt(node: ConfigNode | undefined, keys: readonly string[]): ConfigNode | undefined {
  return keys.reduce<ConfigNode | undefined>(
    (found, key) => (found?.kind === 'map' ? found.entries.get(key)?.node : undefined),
    node,
  );
}
