import { nopExporter as create } from '../../exporters/debug.ts';
import type { ExporterComponent } from '../component.ts';
import { mapping } from '../config/shape.ts';

/** Does nothing with what comes. */
export const nopExporter: ExporterComponent<object> = {
  type: 'nop',
  shape: mapping({}),
  create,
};
