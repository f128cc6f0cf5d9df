import type { Signal } from '../../otlp/wire/batch.ts';
import { type ConfigNode, dotted, kindOf } from './config-node.ts';
import type { Problems } from './problems.ts';
import { asMap, mapping, optional, RUN_THE_REAL_ONE, required, type Shape, suggestion } from './shape.ts';

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

const SIGNALS = ['logs', 'traces'] as const;

/** The shape of `service.pipelines`. */
export function pipelines(known: KnownIds): Shape<readonly PipelineConfig[]> {
  const pipeline = mapping({
    receivers: required(references('receiver', known.receivers)),
    processors: optional(references('processor', known.processors, 0), []),
    exporters: required(references('exporter', known.exporters)),
  });
  return {
    read: (node, path, problems) => {
      const entries = [...(asMap(node, path, problems)?.entries ?? [])];
      if (node.kind === 'map' && entries.length === 0)
        problems.add(node.at, path, 'expected at least one pipeline');
      return entries.flatMap(([id, entry]) => {
        const at = dotted(path, id);
        const signal = SIGNALS.find((name) => name === id.split('/')[0]);
        if (signal === undefined) problems.add(entry.keyAt, at, () => whyNoSignal(id));
        else if (!/^\w+(\/\S.*)?$/.test(id)) problems.add(entry.keyAt, at, 'expected SIGNAL or SIGNAL/NAME');
        // What is missing has been reported, and is asked for all the same.
        const { receivers = [], processors = [], exporters = [] } = pipeline.read(entry.node, at, problems);
        return signal === undefined ? [] : [{ id, signal, receivers, processors, exporters }];
      });
    },
  };
}

function whyNoSignal(id: string): string {
  const [type = ''] = id.split('/');
  if (type === 'metrics' || type === 'profiles') return RUN_THE_REAL_ONE;
  return `unknown signal; ${suggestion(type, SIGNALS)}`;
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
