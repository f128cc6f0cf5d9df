import { debugExporter as create } from '../../exporters/debug.ts';
import type { ExporterComponent } from '../component.ts';
import { mapping, oneOf, optional, type Read } from '../config/shape.ts';

const shape = mapping({ verbosity: optional(oneOf(['basic', 'normal', 'detailed']), 'basic') }, [
  'sampling_initial',
  'sampling_thereafter',
  'use_internal_logger',
  'output_paths',
  'sending_queue',
]);

/** Shows what comes. */
export const debugExporter: ExporterComponent<Read<typeof shape>> = {
  type: 'debug',
  shape,
  create: ({ verbosity }, { write }) => create(verbosity, write),
};
