import { requireBeside } from '../require-beside.ts';
import type { EmittedReporter, EmittedReporterOptions } from './emitted-reporter.ts';

/** Makes an {@link EmittedReporter}, for the first receiver that asks what was emitted; most never do. */
export function loadEmittedReporter(options: EmittedReporterOptions): EmittedReporter {
  const loaded = requireBeside<typeof import('./emitted-reporter.ts')>(import.meta, './emitted-reporter');
  return new loaded.EmittedReporter(options);
}
