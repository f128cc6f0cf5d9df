import type { Signal } from '../../otlp/wire/batch.ts';
import type { Processor } from '../component.ts';
import { OWN_METRICS } from './metric-table.ts';
import type { Counter, Tally } from './tally.ts';

/** Which processor it is, and where. */
export interface CountedProcessor {
  readonly id: string;
  /** Such as `filter`. */
  readonly type: string;
  /** Of the pipeline. */
  readonly signal: Signal;
}

interface ProcessorCounters {
  readonly incoming: Counter;
  readonly outgoing: Counter;
  /** What a filter left out, on purpose. */
  readonly filtered: Counter | undefined;
  /** Of a memory limiter, which takes a request or refuses it. */
  readonly accepted: Counter | undefined;
  readonly refused: Counter | undefined;
}

/** The processor, with what goes in and out counted for the collector's own metrics, as the OpenTelemetry Collector does. */
export function countedProcessor(processor: Processor, named: CountedProcessor, tally: Tally): Processor {
  // It says of it how it puts requests together, and here it puts none.
  if (named.type === 'batch') return processor;
  const counters = countersOf(named, tally);
  return {
    process: async (request) => {
      const { count } = request;
      counters.incoming.value += count;
      try {
        const left = await processor.process(request);
        const leftCount = left?.count ?? 0;
        counters.outgoing.value += leftCount;
        if (counters.filtered !== undefined) counters.filtered.value += count - leftCount;
        if (counters.accepted !== undefined) counters.accepted.value += leftCount;
        return left;
      } catch (error) {
        if (counters.refused !== undefined) counters.refused.value += count;
        throw error;
      }
    },
  };
}

function countersOf({ id, type, signal }: CountedProcessor, tally: Tally): ProcessorCounters {
  const labels = { processor: id, otel_signal: signal };
  const isLimiter = type === 'memory_limiter';
  return {
    incoming: tally.counter(OWN_METRICS.incoming, labels),
    outgoing: tally.counter(OWN_METRICS.outgoing, labels),
    filtered: type === 'filter' ? tally.counter(OWN_METRICS.filtered[signal], { filter: id }) : undefined,
    accepted: isLimiter ? tally.counter(OWN_METRICS.limiterAccepted[signal], { processor: id }) : undefined,
    refused: isLimiter ? tally.counter(OWN_METRICS.limiterRefused[signal], { processor: id }) : undefined,
  };
}
