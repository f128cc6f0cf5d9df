import path from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a module of ours as a worker.
 * @param meta - `import.meta` of who asks
 * @param file - relative to it, without extension: sources run as `.ts`, the package as `.js` or `.cjs`
 */
export function workerBeside(meta: ImportMeta, file: string, options: WorkerOptions): Worker {
  const url = new URL(`${file}${path.extname(meta.filename)}`, meta.url);
  const { execArgv } = process;
  // Of a program that was given as text; a worker takes over the flags of its process, and refuses this one.
  if (!execArgv.some(isInputType)) return new Worker(url, options);
  return new Worker(url, { ...options, execArgv: execArgv.filter((flag) => !isInputType(flag)) });
}

function isInputType(flag: string): boolean {
  return flag.startsWith('--input-type');
}
