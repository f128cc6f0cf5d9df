import { isListOf } from '../bounded-list.ts';
import { OtelEventsError } from '../errors.ts';
import type { Processor } from '../processors/processor.ts';
import type { Exporter, ExporterFunction } from './exporter.ts';
import type { LogRecordExporterLike } from './from-log-record-exporter.ts';

/** An element of the option `exporters`: one of ours, a function, one of OpenTelemetry's SDK, or a route. */
export type GivenExporter = Exporter | ExporterFunction | LogRecordExporterLike | Route;

/** Exporters behind processors of their own. Made by {@link route}. */
export interface Route {
  readonly exporters: readonly GivenExporter[];
  readonly processors: readonly Processor[];
}

/**
 * Puts processors in front of some of a logger's exporters. They see each event before anything is queued, in
 * order; what they change or drop is so for these exporters only. Routes can hold routes.
 * @throws OtelEventsError `OPTION_INVALID` unless there are exporters, and processors are functions
 *
 * @example
 * new EventLogger({
 *   exporters: [
 *     route({ exporters: [mongodbExporter({ url })], processors: [allowNames(['order.paid'])] }),
 *   ],
 * });
 */
export function route(options: {
  readonly exporters: readonly GivenExporter[];
  readonly processors?: readonly Processor[];
}): Route {
  const { exporters, processors = [] } = options;
  if (!isListOf(exporters, () => true) || exporters.length === 0) {
    throw new OtelEventsError('OPTION_INVALID', 'route: exporters: wanted an array that is not empty');
  }
  const isList = isListOf(processors, (each) => typeof each === 'function');
  if (!isList) throw new OtelEventsError('OPTION_INVALID', 'route: processors: wanted an array of functions');
  return Object.freeze({ exporters: [...exporters], processors: [...processors] });
}

/** Whether an element of `exporters` is a route. */
export function isRoute(value: GivenExporter): value is Route {
  return typeof value === 'object' && 'exporters' in value;
}
