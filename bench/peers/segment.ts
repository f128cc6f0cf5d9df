import { Analytics } from '@segment/analytics-node';
import type { Contender } from '../contenders/contender.ts';
import { NAME, numberedData } from '../event.ts';

/** As long as a run may take. */
const FLUSH_TIMEOUT_MS = 300_000;

/** @segment/analytics-node with its defaults. */
export function start(sinkUrl: string): Contender {
  const analytics = new Analytics({ writeKey: 'bench', host: sinkUrl });
  return {
    log: (seq) => analytics.track({ userId: 'user-1', event: NAME, properties: numberedData(seq) }),
    flush: () => analytics.flush({ timeout: FLUSH_TIMEOUT_MS }),
    close: () => analytics.closeAndFlush({ timeout: FLUSH_TIMEOUT_MS }),
  };
}
