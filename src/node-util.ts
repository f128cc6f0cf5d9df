/**
 * What is used here of Node's `node:util`. An import of that module evaluates each thing that it exports, signals for other
 * threads and with them all of `node:worker_threads`: 5 ms of CPU when a process starts. See node-http.ts.
 */
export const { isDeepStrictEqual, parseArgs, promisify, styleText } = process.getBuiltinModule('node:util');
