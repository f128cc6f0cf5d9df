import type { TestContext } from 'node:test';
import type { Hosts } from './host.ts';
import { makeHosts } from './hosts.ts';

/** Machines for a test; tells and skips where this user may not make network namespaces. */
export function hostsOrSkip(t: TestContext, count: number): Hosts | undefined {
  try {
    return makeHosts(count);
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    t.skip(`network namespaces cannot be made: ${(error as Error).message}`);
    return undefined;
  }
}
