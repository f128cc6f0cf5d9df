/** The first number of each word; it covers four. */
export const SEVERITIES: ReadonlyMap<string, number> = new Map([
  ['trace', 1],
  ['debug', 5],
  ['info', 9],
  ['warn', 13],
  ['error', 17],
  ['fatal', 21],
]);

/** How many numbers a word covers: `warn`, `warn2`, `warn3`, `warn4`. */
export const SEVERITIES_A_WORD = 4;

/** Below it there is 0 only, which says that there is none. */
export const LEAST_SEVERITY = 1;
