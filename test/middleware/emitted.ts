import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadEvent, TestLogger } from '../../src/testing.ts';

/**
 * What was emitted, once it is so many: a client can have its answer before the server knows that it is sent.
 * @throws Error if there are fewer after a minute
 */
export async function emitted(events: TestLogger, count: number): Promise<readonly ReadEvent[]> {
  const giveUp = performance.now() + 60_000;
  for (;;) {
    await events.flush();
    if (events.emitted.length >= count) return events.emitted;
    if (performance.now() > giveUp) throw new Error(`${events.emitted.length} of ${count} events`);
    await sleep(5);
  }
}
