import type { TestContext } from 'node:test';
import type { Environment } from '../../scripts/fixtures-originals/environments.ts';
import { pythonOf } from '../../scripts/fixtures-originals/python-of.ts';

/** The interpreter of an environment. Where it cannot be made the test is skipped, and says so; with `CI=true` it fails. */
export function requirePython(t: TestContext, environment: Environment): string | undefined {
  try {
    return pythonOf(environment);
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    const packages = environment.packages.join(' ');
    t.skip(`${packages} cannot be installed: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}
