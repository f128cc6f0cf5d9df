/** What one call of each is measured of; `calls-program.ts` knows how each is made. */
export const CALLS = [
  'log()',
  'log() with options',
  'log(), contexts and processors',
  'log(), redact',
  'log(), defined event',
  'log(), app’s provider',
  'scope.log()',
  'track(), empty',
] as const;

export type CallName = (typeof CALLS)[number];
