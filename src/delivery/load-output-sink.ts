import { requireBeside } from '../require-beside.ts';
import type { OutputSinkOptions } from './output-sink.ts';
import type { Sink } from './sink.ts';

/** Makes the sink of `outputPath`, with the first event that names one. */
export function loadOutputSink(options: OutputSinkOptions): Sink {
  return requireBeside<typeof import('./output-sink.ts')>(import.meta, './output-sink').outputSink(options);
}
