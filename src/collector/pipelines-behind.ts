import type { Signal } from '../otlp/wire/batch.ts';
import type { Leads } from './component.ts';
import type { PipelineConfig } from './config/read-pipelines.ts';

/** The pipelines that a connector leads into from one of a signal. */
export function pipelinesBehind(
  connector: string,
  leads: Leads,
  from: Signal,
  pipelines: readonly PipelineConfig[],
): readonly PipelineConfig[] {
  return pipelines.filter(({ signal, receivers }) => signal === leads[from] && receivers.includes(connector));
}
