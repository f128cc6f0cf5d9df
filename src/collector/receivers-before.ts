import type { RunnableConfig } from './read-config.ts';

/**
 * The receivers of the pipelines that name an exporter; connectors only where there is nothing else, since receivers lead
 * into these.
 */
export function receiversBefore(
  exporter: string,
  { service, connectors }: Pick<RunnableConfig, 'service' | 'connectors'>,
): readonly string[] {
  const naming = service.pipelines.filter(({ exporters }) => exporters.includes(exporter));
  const ids = naming.flatMap(({ receivers }) => receivers);
  const own = ids.filter((id) => !connectors.has(id));
  return own.length > 0 ? own : ids;
}
