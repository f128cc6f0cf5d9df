import { type Consume, SIGNALS, type Signal } from '../otlp/wire/batch.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import type { Processor } from './component.ts';
import { fanOut, type Share } from './fan-out.ts';
import type { Lane } from './lane.ts';

/** A pipeline that runs: what its receivers take passes its processors, in order, and goes to all of its exporters. */
export interface Pipeline {
  readonly signal: Signal;
  /** Their ids. */
  readonly receivers: readonly string[];
  readonly processors: readonly Processor[];
  readonly lanes: readonly Lane[];
}

/**
 * Where what a receiver takes goes in: for each signal, all the pipelines that name the receiver. Each pipeline makes
 * its own of a request first; then everything is offered at once, so that a queue that is full in one pipeline leaves
 * no copies in the files of another.
 */
export function entriesOf(
  receiver: string,
  pipelines: readonly Pipeline[],
): Readonly<Partial<Record<Signal, Consume>>> {
  const entries: Partial<Record<Signal, Consume>> = {};
  for (const signal of SIGNALS) {
    const fed = pipelines.filter(
      (pipeline) => pipeline.signal === signal && pipeline.receivers.includes(receiver),
    );
    if (fed.length === 0) continue;
    entries[signal] = async (batch) => {
      const request = OtlpRequest.of(batch);
      const shares: Share[] = [];
      for (const pipeline of fed) shares.push(...(await sharesOf(pipeline, request)));
      if (shares.length > 0) await fanOut(shares);
    };
  }
  return entries;
}

/** One share for each exporter; none if a processor leaves nothing. */
async function sharesOf({ processors, lanes }: Pipeline, given: OtlpRequest): Promise<Share[]> {
  let request: OtlpRequest | undefined = given;
  for (const processor of processors) {
    request = await processor.process(request);
    if (request === undefined || request.count === 0) return [];
  }
  return lanes.map((lane) => ({ lane, request: request as OtlpRequest }));
}
