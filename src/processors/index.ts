export { allowNames } from './allow-names.ts';
export { matchNames, type NamePatterns } from './match-names.ts';
export type { Processor, ProcessorEvent } from './processor.ts';
export { type SampleOptions, sample } from './sample.ts';
