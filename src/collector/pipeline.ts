import type { EmittedTaker } from '../exporters/batch-exporter.ts';
import { type Consume, SIGNALS, type Signal } from '../otlp/wire/batch.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import type { Connector, Processor } from './component.ts';
import { fanOut, type Share } from './fan-out.ts';
import type { Lane } from './lane.ts';

/** A connector at the end of a pipeline, and the pipelines behind it. */
interface Link {
  readonly connector: Connector;
  readonly pipelines: readonly Pipeline[];
}

/** A pipeline that runs: what its receivers take passes its processors, in order, and goes to all of its exporters. */
export interface Pipeline {
  readonly signal: Signal;
  /** Their ids. */
  readonly receivers: readonly string[];
  readonly processors: readonly Processor[];
  readonly lanes: readonly Lane[];
  readonly links: readonly Link[];
}

/** What becomes of a request in all pipelines that it gets to. */
interface Way {
  readonly shares: Share[];
  /** Tells connectors that it was taken. */
  readonly taken: (() => void)[];
}

/**
 * Where what comes from receivers goes in: for each signal, all the pipelines that name one of them. Each pipeline makes
 * its own of a request first, and so do those behind connectors; then everything is offered at once, so that a queue that is full in one pipeline leaves
 * no copies in the files of another.
 */
export function entriesOf(
  receivers: readonly string[],
  pipelines: readonly Pipeline[],
): Readonly<Partial<Record<Signal, Consume>>> {
  const entries: Partial<Record<Signal, Consume>> = {};
  for (const signal of SIGNALS) {
    const fed = pipelines.filter(
      (pipeline) => pipeline.signal === signal && pipeline.receivers.some((id) => receivers.includes(id)),
    );
    if (fed.length === 0) continue;
    entries[signal] = async (batch) => {
      const request = OtlpRequest.of(batch);
      const way: Way = { shares: [], taken: [] };
      for (const pipeline of fed) await follow(pipeline, request, way);
      if (way.shares.length > 0) await fanOut(way.shares);
      for (const tell of way.taken) tell();
    };
  }
  return entries;
}

/** Who is told what loggers have emitted whose log records a receiver takes: exporters that these come to as they are. */
export function emittedTakers(receiver: string, pipelines: readonly Pipeline[]): readonly EmittedTaker[] {
  const fed = pipelines.filter(({ signal, receivers }) => signal === 'logs' && receivers.includes(receiver));
  return [...new Set(fed.flatMap(takersIn))];
}

function takersIn({ lanes, links }: Pipeline): readonly EmittedTaker[] {
  const behind = links.filter(({ connector }) => connector.pass !== undefined);
  return [
    ...lanes.flatMap(({ emitted }) => emitted ?? []),
    ...behind.flatMap(({ pipelines }) =>
      pipelines.filter(({ signal }) => signal === 'logs').flatMap(takersIn),
    ),
  ];
}

/** One share for each exporter that the request gets to; none if a processor leaves nothing. */
async function follow({ processors, lanes, links }: Pipeline, given: OtlpRequest, way: Way): Promise<void> {
  let request = given;
  for (const processor of processors) {
    const left = await processor.process(request);
    if (left === undefined || left.count === 0) return;
    request = left;
  }
  for (const lane of lanes) way.shares.push({ lane, request });
  for (const { connector, pipelines } of links) {
    if (connector.taken !== undefined) way.taken.push(() => connector.taken?.(request));
    const passed = connector.pass?.(request);
    if (passed === undefined || passed.count === 0) continue;
    for (const pipeline of pipelines) await follow(pipeline, passed, way);
  }
}
