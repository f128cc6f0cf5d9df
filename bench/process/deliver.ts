import { setTimeout } from 'node:timers/promises';
import type { Contender } from '../contenders/contender.ts';
import type { Arrival } from '../contenders/contenders.ts';
import type { Arrived } from '../sink/tally.ts';
import { countArrivals } from './count-arrivals.ts';
import type { Elapsed } from './stopwatch.ts';

/** A contender and where to look for what it delivers. */
export interface Delivery {
  readonly contender: Contender;
  readonly arrival: Arrival;
  readonly sinkUrl: string;
  readonly directory: string;
}

/** How long nothing may arrive until we stop waiting. */
const PATIENCE_MS = 5_000;
const POLL_MS = 50;

/**
 * Flushes and waits until `expected` different events have arrived. The clock stops when `flush()` has resolved; if
 * it resolved early, when the last event that came after it had come.
 * @returns what the clock showed
 */
export async function deliver(
  delivery: Delivery,
  expected: number,
  elapsed: () => Elapsed,
): Promise<Elapsed> {
  await delivery.contender.flush();
  let stopped = elapsed();
  let { unique } = await arrivalsOf(delivery, expected);
  for (let idleMs = 0; unique < expected && idleMs < PATIENCE_MS; idleMs += POLL_MS) {
    await setTimeout(POLL_MS);
    const now = await arrivalsOf(delivery, expected);
    if (now.unique === unique) continue;
    stopped = elapsed();
    unique = now.unique;
    idleMs = 0;
  }
  return stopped;
}

/** Closes the contender and counts for the last time: what is missing now will not come any more. */
export async function closeAndCount(delivery: Delivery, expected: number): Promise<Arrived> {
  await delivery.contender.close();
  return arrivalsOf(delivery, expected);
}

/** Of a contender that delivers nowhere, all has arrived. */
async function arrivalsOf({ arrival, sinkUrl, directory }: Delivery, expected: number): Promise<Arrived> {
  if (arrival !== 'nowhere') return countArrivals(arrival, sinkUrl, directory);
  return { unique: expected, duplicates: 0, outOfOrder: 0, requests: 0, largestRequest: 0, bytes: 0 };
}
