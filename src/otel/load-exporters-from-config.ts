import { createRequire } from 'node:module';
import path from 'node:path';

/** Loads what makes exporters and processors of configuration: most loggers never need it. */
export function loadExportersFromConfig(): typeof import('./exporters-from-config.ts') {
  const require = createRequire(import.meta.url);
  return require(`./exporters-from-config${path.extname(import.meta.filename)}`) as never;
}
