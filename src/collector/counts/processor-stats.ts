import { OWN_METRICS } from './metric-table.ts';
import type { Tally } from './tally.ts';

/** What passed a processor, in log records, spans and data points. */
export interface ProcessorStats {
  readonly incoming: number;
  /** What a filter or a sampler leaves out on purpose is not in it, nor what a memory limiter refuses. */
  readonly outgoing: number;
}

/** Of every processor that is counted, by its id. */
export function processorStats(tally: Tally): Record<string, ProcessorStats> {
  const stats = new Map<string, { incoming: number; outgoing: number }>();
  for (const { metric, labels, value } of tally.series()) {
    if (metric !== OWN_METRICS.incoming && metric !== OWN_METRICS.outgoing) continue;
    const id = new Map(labels).get('processor') ?? '';
    const counts = stats.get(id) ?? { incoming: 0, outgoing: 0 };
    stats.set(id, counts);
    counts[metric === OWN_METRICS.incoming ? 'incoming' : 'outgoing'] += value;
  }
  return Object.fromEntries(stats);
}
