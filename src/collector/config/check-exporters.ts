import path from 'node:path';
import { type ConfigNode, dotted } from './config-node.ts';
import type { Problems } from './problems.ts';
import type { Defined, ExporterConfig, FileConfig } from './read-components.ts';
import type { PipelineConfig } from './read-pipelines.ts';
import { isNothing } from './shape.ts';

/** What no single key shows: settings that do not go together, or not with the pipelines. */
export function checkExporters(
  defined: Defined<ExporterConfig>,
  pipelines: readonly PipelineConfig[],
  root: ConfigNode,
  problems: Problems,
): void {
  const writers = new Map<string, string>();
  for (const [id, config] of defined) {
    const node = nodeAt(root, ['exporters', id]);
    const at = node?.at;
    // What is there and wrong has been reported: it is not missing as well.
    const has = (key: string) => !isNothing(nodeAt(node, [key]));
    const add = (key: string, message: string) => problems.add(at, dotted(`exporters.${id}`, key), message);
    if (config.type === 'file') checkFile(id, config.settings, writers, add);
    if (config.type === 'otlp_http') {
      const signals = pipelines.filter(({ exporters }) => exporters.includes(id)).map(({ signal }) => signal);
      checkEndpoints(new Set(signals), has, add);
    }
  }
}

type Add = (key: string, message: string) => void;

function checkFile(id: string, settings: FileConfig, writers: Map<string, string>, add: Add): void {
  const { path: file, append, rotation } = settings;
  if (append && rotation !== undefined) add('append', 'not together with rotation, which appends by itself');
  if (file === undefined) return;
  // Two exporters would cut each other's lines in two.
  const writer = writers.get(path.resolve(file));
  if (writer !== undefined) add('path', `exporters.${writer} writes the same file`);
  writers.set(path.resolve(file), id);
}

function checkEndpoints(signals: ReadonlySet<string>, has: (key: string) => boolean, add: Add): void {
  if (has('endpoint')) return;
  if (!has('logs_endpoint') && !has('traces_endpoint')) {
    add('endpoint', 'is missing');
    return;
  }
  for (const signal of signals) {
    const key = `${signal}_endpoint`;
    if (!has(key)) add(key, 'is missing, and so is endpoint');
  }
}

function nodeAt(node: ConfigNode | undefined, keys: readonly string[]): ConfigNode | undefined {
  return keys.reduce<ConfigNode | undefined>(
    (found, key) => (found?.kind === 'map' ? found.entries.get(key)?.node : undefined),
    node,
  );
}
