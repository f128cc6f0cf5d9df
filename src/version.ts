import { createRequire } from 'node:module';
import { OtelEventsError } from './errors.ts';

/** The version of this package, as its `package.json` has it. */
export const VERSION: string = readVersion();

/**
 * What is loaded when it is first needed lies beside this file. In a bundle it does not, and events would be
 * lost when it is too late to say so: better at the start.
 */
function readVersion(): string {
  try {
    const { name, version } = createRequire(import.meta.url)('../package.json') as Record<string, string>;
    if (name === 'otel-events' && version !== undefined) return version;
  } catch (cause) {
    throw bundled(cause);
  }
  throw bundled(undefined);
}

function bundled(cause: unknown): OtelEventsError {
  const message = 'otel-events was bundled into another file, where it does not find files of its own';
  const fix = "leave it out of the bundle: external: ['otel-events'] in esbuild, the same in other bundlers";
  return new OtelEventsError('PACKAGE_BUNDLED', message, { cause, fix });
}
