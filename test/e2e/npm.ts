import path from 'node:path';
import { nodeBinary } from './node-version.ts';
import { type Run, run } from './run.ts';

/** Lines of npm that are about the machine's configuration or the scripts of others, not about this package. */
const NPM_NOISE = [
  /^npm warn Unknown (user|env|global|project|builtin) config /,
  // Ours has none.
  /^npm warn install-scripts\b(?!.*\botel-events@)/,
];

/**
 * Runs npm; what it says on standard error is without what is not about this package.
 * @param version - of Node: npm warns about packages that ask for a newer one than its own
 */
export async function npm(cwd: string, args: readonly string[], version?: string): Promise<Run> {
  const result = await run('npm', args, cwd, {
    ...process.env,
    PATH: `${path.dirname(nodeBinary(version))}${path.delimiter}${process.env.PATH}`,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    npm_config_legacy_peer_deps: 'false',
    npm_config_strict_peer_deps: 'false',
    npm_config_prefer_offline: 'true',
    npm_config_fetch_retries: '1',
  });
  const lines = result.stderr.split('\n');
  const stderr = lines.filter((line) => !NPM_NOISE.some((noise) => noise.test(line))).join('\n');
  return { ...result, stderr };
}
