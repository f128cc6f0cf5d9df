import { requireBeside } from '../../require-beside.ts';

/** Loads what makes exporters and processors of configuration: most loggers never need it. */
export function loadExportersFromConfig(): typeof import('./exporters-from-config.ts') {
  return requireBeside(import.meta, './exporters-from-config');
}
