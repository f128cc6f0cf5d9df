import type { TestContext } from 'node:test';
import { type CollectorOptions, startCollector } from '../../src/collector/index.ts';
import { withoutTime } from './without-time.ts';

/** A collector that is stopped after the test, and the lines that it logs. */
export async function startFor(t: TestContext, config: object, options: Partial<CollectorOptions> = {}) {
  const lines: string[] = [];
  const collector = await startCollector({
    config,
    write: (line) => lines.push(withoutTime(line)),
    ...options,
  });
  t.after(() => collector.stop({ timeoutMs: 100 }));
  return { collector, lines };
}
