import { SIGNALS } from '../../otlp/wire/batch.ts';
import type { Leads } from '../component.ts';
import { pipelinesBehind } from '../pipelines-behind.ts';
import type { ConfigNode, MapNode } from './config-node.ts';
import type { Problems } from './problems.ts';
import type { Defined } from './read-components.ts';
import type { PipelineConfig } from './read-pipelines.ts';
import { listed } from './shape.ts';

type Connectors = Defined<{ readonly leads: Leads }>;

/** Finds connectors that lead nowhere, that nothing leads into, or that lead back to where they come from. */
export function checkConnectors(
  connectors: Connectors,
  pipelines: readonly PipelineConfig[],
  root: MapNode,
  problems: Problems,
): void {
  const section = root.entries.get('connectors')?.node;
  for (const [id, { leads }] of connectors) {
    const at = keyAt(section, id);
    const path = `connectors.${id}`;
    for (const kind of ['receivers', 'exporters']) {
      const other = root.entries.get(kind)?.node;
      if (other?.kind === 'map' && other.entries.has(id))
        problems.add(at, path, `is also defined under ${kind}: pipelines could mean either`);
    }
    for (const message of looseEnds(id, leads, pipelines)) problems.add(at, path, message);
  }
  const cycle = firstCycle(connectors, pipelines);
  if (cycle !== undefined)
    problems.add(
      root.entries.get('service')?.keyAt,
      'service.pipelines',
      `expected no cycle, got ${cycle.join(' -> ')}`,
    );
}

function keyAt(section: ConfigNode | undefined, id: string) {
  return section?.kind === 'map' ? section.entries.get(id)?.keyAt : undefined;
}

/** The pipelines that name the connector with none on its other side, in words. */
function looseEnds(id: string, leads: Leads, pipelines: readonly PipelineConfig[]): string[] {
  const into = pipelines.filter(({ exporters }) => exporters.includes(id));
  const outOf = pipelines.filter(({ receivers }) => receivers.includes(id));
  const messages: string[] = [];
  for (const signal of SIGNALS) {
    const enters = into.filter((pipeline) => pipeline.signal === signal);
    const to = leads[signal];
    if (enters.length > 0 && (to === undefined || !outOf.some((pipeline) => pipeline.signal === to)))
      messages.push(
        `${namesOf(enters)} exports to it, and ${to === undefined ? `it takes no ${signal}` : `no pipeline of ${to} receives from it`}; ${inWords(leads)}`,
      );
    const leaves = outOf.filter((pipeline) => pipeline.signal === signal);
    const sources = SIGNALS.filter((from) => leads[from] === signal);
    if (leaves.length > 0 && !into.some((pipeline) => sources.includes(pipeline.signal)))
      messages.push(
        `${namesOf(leaves)} receives from it, and ${sources.length === 0 ? `it gives no ${signal}` : `no pipeline of ${listed(sources)} exports to it`}; ${inWords(leads)}`,
      );
  }
  return messages;
}

function namesOf(pipelines: readonly PipelineConfig[]): string {
  return pipelines.map(({ id }) => id).join(', ');
}

function inWords(leads: Leads): string {
  const pairs = SIGNALS.flatMap((from) => (leads[from] === undefined ? [] : [`${from} to ${leads[from]}`]));
  return `it leads ${pairs.join(', ')}`;
}

/** Pipelines and connectors in turn, from a pipeline back to itself. */
function firstCycle(connectors: Connectors, pipelines: readonly PipelineConfig[]): string[] | undefined {
  const done = new Set<PipelineConfig>();
  const visit = (
    pipeline: PipelineConfig,
    path: readonly PipelineConfig[],
    names: readonly string[],
  ): string[] | undefined => {
    const start = path.indexOf(pipeline);
    if (start >= 0) return [...names.slice(2 * start), `pipeline ${pipeline.id}`];
    if (done.has(pipeline)) return undefined;
    for (const id of pipeline.exporters) {
      const leads = connectors.get(id)?.leads;
      if (leads === undefined) continue;
      for (const next of pipelinesBehind(id, leads, pipeline.signal, pipelines)) {
        const found = visit(
          next,
          [...path, pipeline],
          [...names, `pipeline ${pipeline.id}`, `connector ${id}`],
        );
        if (found !== undefined) return found;
      }
    }
    done.add(pipeline);
    return undefined;
  };
  for (const pipeline of pipelines) {
    const found = visit(pipeline, [], []);
    if (found !== undefined) return found;
  }
  return undefined;
}
