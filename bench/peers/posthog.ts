import { PostHog, type PostHogOptions } from 'posthog-node';
import type { Contender } from '../contenders/contender.ts';
import { NAME, numberedData } from '../event.ts';

/** posthog-node, defaults but for `options`. */
export function start(sinkUrl: string, _directory: string, options: PostHogOptions = {}): Contender {
  const client = new PostHog('phc_bench', { host: sinkUrl, ...options });
  return {
    log: (seq) => client.capture({ distinctId: 'user-1', event: NAME, properties: numberedData(seq) }),
    flush: () => client.flush(),
    close: () => client.shutdown(),
  };
}
