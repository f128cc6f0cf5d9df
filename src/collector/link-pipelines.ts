import type { ConfiguredConnector, Connector, Processor } from './component.ts';
import type { PipelineConfig } from './config/read-pipelines.ts';
import type { Lane } from './lane.ts';
import type { Parts } from './part.ts';
import type { Pipeline } from './pipeline.ts';
import { pipelinesBehind } from './pipelines-behind.ts';
import type { RunnableConfig } from './read-config.ts';

/** The parts of pipelines. */
interface Linked {
  readonly lanes: Parts<Lane>;
  readonly connectors: Parts<Connector>;
  readonly processor: (pipeline: string, id: string) => Processor;
}

/** The pipelines of a configuration, each with those that connectors lead to from it. */
export function linkPipelines(
  { service, connectors }: Pick<RunnableConfig, 'service' | 'connectors'>,
  linked: Linked,
): readonly Pipeline[] {
  const made = new Map<string, Pipeline>();
  // No connector leads back: the check of the configuration has made sure.
  const link = (config: PipelineConfig): Pipeline => {
    const { id: pipeline, signal, receivers, processors, exporters } = config;
    const known = made.get(pipeline);
    if (known !== undefined) return known;
    const links = exporters.flatMap((id) => {
      const connector = linked.connectors.get(id)?.running;
      if (connector === undefined) return [];
      const { leads } = connectors.get(id) as ConfiguredConnector;
      return [{ connector, pipelines: pipelinesBehind(id, leads, signal, service.pipelines).map(link) }];
    });
    const running: Pipeline = {
      signal,
      receivers,
      processors: processors.map((id) => linked.processor(pipeline, id)),
      lanes: exporters.flatMap((id) => linked.lanes.get(id)?.running ?? []),
      links,
    };
    made.set(pipeline, running);
    return running;
  };
  return service.pipelines.map(link);
}

/** Whether an exporter of a pipeline keeps data, or one of those that a connector hands them on to. */
export function keepsData(
  { signal, exporters }: PipelineConfig,
  config: Pick<RunnableConfig, 'service' | 'connectors'>,
  lanes: Linked['lanes'],
): boolean {
  return exporters.some((id) => {
    const connector = config.connectors.get(id);
    if (connector === undefined) return lanes.get(id)?.running.keeps;
    if (!connector.handsOn) return false;
    const behind = pipelinesBehind(id, connector.leads, signal, config.service.pipelines);
    return behind.some((pipeline) => keepsData(pipeline, config, lanes));
  });
}
