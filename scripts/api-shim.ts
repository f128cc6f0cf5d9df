import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const SHIM = 'api-shim';

/** Names that api 1.10 added and the SDK uses, with the file of api 1.10 that has each. */
const FROM_OWN_COPY = {
  SeverityNumber: 'logs/LogRecord.mjs',
  createNoopLogger: 'logs/NoopLogger.mjs',
} as const;

/**
 * Makes the bundled SDK run on any api from 1.3 on, although it is written for 1.10: what is in both comes
 * from the app's api, what only 1.10 has comes along. Both names of the latter have no state.
 */
export function apiShim(): Plugin {
  return {
    name: SHIM,
    setup(build) {
      build.onResolve({ filter: /^@opentelemetry\/api$/ }, ({ path: name, namespace }) =>
        namespace === SHIM ? { path: name, external: true } : { path: name, namespace: SHIM },
      );
      build.onLoad({ filter: /.*/, namespace: SHIM }, () => ({
        contents: shim(),
        resolveDir: import.meta.dirname,
      }));
    },
  };
}

function shim(): string {
  const { names } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'api-names.json'), 'utf8')) as {
    names: readonly string[];
  };
  const dist = path.dirname(fileURLToPath(import.meta.resolve('@opentelemetry/api')));
  const own = Object.entries(FROM_OWN_COPY).map(
    ([name, file]) => `export { ${name} } from ${JSON.stringify(path.join(dist, file))};`,
  );
  return [`export { ${names.join(', ')} } from '@opentelemetry/api';`, ...own].join('\n');
}
