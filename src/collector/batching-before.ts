import type { Signal } from '../otlp/wire/batch.ts';
import type { Batching } from './queue/batching.ts';
import type { RunnableConfig } from './read-config.ts';

/** How a `batch` processor joins requests on their way to an exporter: the first one, if pipelines have several. */
export function batchingBefore(
  exporter: string,
  signal: Signal,
  config: Pick<RunnableConfig, 'service' | 'processors' | 'connectors'>,
): Batching | undefined {
  for (const pipeline of config.service.pipelines) {
    if (pipeline.signal !== signal || !pipeline.exporters.includes(exporter)) continue;
    for (const id of pipeline.processors) {
      const batching = config.processors.get(id)?.batching;
      if (batching !== undefined) return batching;
    }
    // What is handed on has been joined before.
    for (const id of pipeline.receivers) {
      const batching = config.connectors.get(id)?.handsOn && batchingBefore(id, signal, config);
      if (batching) return batching;
    }
  }
  return undefined;
}
