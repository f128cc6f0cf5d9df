import { SIGNALS, type Signal } from '../../otlp/wire/batch.ts';
import { type ConfigNode, dotted, kindOf } from './config-node.ts';
import type { Problems } from './problems.ts';
import { asMap, mapping, optional, required, type Shape, suggestion } from './shape.ts';

/** Which receivers feed which exporters, through which processors, for one signal. */
export interface PipelineConfig {
  readonly id: string;
  readonly signal: Signal;
  readonly receivers: readonly string[];
  /** In the order in which requests pass them. */
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

/** The ids that pipelines and extensions may name. */
export interface KnownIds {
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
  readonly extensions: readonly string[];
}

/** Ids in their order, and to be found. */
interface KnownSet {
  readonly list: readonly string[];
  readonly set: ReadonlySet<string>;
}

/**
 * The shape of `service.pipelines`.
 * @param warn - is told of pipelines of profiles, which the OpenTelemetry Collector calls unstable: they are left out
 */
export function pipelines(
  known: KnownIds,
  warn: (message: string) => void,
): Shape<readonly PipelineConfig[]> {
  const pipeline = mapping({
    receivers: required(references('receiver', known.receivers)),
    processors: optional(once(references('processor', known.processors, 0)), []),
    exporters: required(references('exporter', known.exporters)),
  });
  return {
    read: (node, path, problems) => {
      const entries = [...(asMap(node, path, problems)?.entries ?? [])];
      const left = entries.filter(([id]) => !isOfProfiles(id));
      if (node.kind === 'map' && left.length === 0)
        problems.add(node.at, path, 'expected at least one pipeline');
      const ofProfiles = entries.map(([id]) => id).filter(isOfProfiles);
      if (ofProfiles.length > 0) {
        const names = ofProfiles.join(', ');
        warn(`only the OpenTelemetry Collector carries profiles; left out of service.pipelines: ${names}`);
      }
      return left.flatMap(([id, entry]) => {
        const at = dotted(path, id);
        const signal = SIGNALS.find((name) => name === id.split('/')[0]);
        if (signal === undefined)
          problems.add(
            entry.keyAt,
            at,
            () => `unknown signal; ${suggestion(id.split('/', 1)[0] ?? '', SIGNALS)}`,
          );
        else if (!/^\w+(\/\S.*)?$/.test(id)) problems.add(entry.keyAt, at, 'expected SIGNAL or SIGNAL/NAME');
        // What is missing has been reported, and is asked for all the same.
        const { receivers = [], processors = [], exporters = [] } = pipeline.read(entry.node, at, problems);
        return signal === undefined ? [] : [{ id, signal, receivers, processors, exporters }];
      });
    },
  };
}

function isOfProfiles(id: string): boolean {
  return id === 'profiles' || id.startsWith('profiles/');
}

/** A list of ids, each of them defined; as in the OpenTelemetry Collector, to name one twice changes nothing. */
export function references(kind: string, known: readonly string[], least = 1): Shape<readonly string[]> {
  const ids: KnownSet = { list: known, set: new Set(known) };
  return {
    read: (node, path, problems) => {
      if (node.kind !== 'list') {
        problems.add(node.at, path, `expected a list of ${kind}s, got ${kindOf(node)}`);
        return [];
      }
      if (node.items.length < least) problems.add(node.at, path, `expected at least one ${kind}`);
      const read = node.items.map((item, index) =>
        readReference(item, `${path}[${index}]`, kind, ids, problems),
      );
      return [...new Set(read)];
    },
  };
}

/** Of processors each runs once: to name one twice is a mistake in the OpenTelemetry Collector too. */
function once(list: Shape<readonly string[]>): Shape<readonly string[]> {
  return {
    read: (node, path, problems) => {
      const seen = new Set<unknown>();
      for (const item of node.kind === 'list' ? node.items : []) {
        const id = item.kind === 'scalar' ? item.value : item;
        if (seen.has(id)) problems.add(item.at, path, `${id} is there twice`);
        seen.add(id);
      }
      return list.read(node, path, problems);
    },
  };
}

function readReference(
  node: ConfigNode,
  path: string,
  kind: string,
  known: KnownSet,
  problems: Problems,
): string {
  const id = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
  if (id === undefined)
    problems.add(node.at, path, `expected the id of ${articled(kind)}, got ${kindOf(node)}`);
  else if (!known.set.has(id)) problems.add(node.at, path, () => whyUndefined(id, kind, known.list));
  return id ?? path;
}

function whyUndefined(id: string, kind: string, known: readonly string[]): string {
  return `${kind} ${id} is not defined under ${kind}s${known.length === 0 ? '' : `; ${suggestion(id, known)}`}`;
}

function articled(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
