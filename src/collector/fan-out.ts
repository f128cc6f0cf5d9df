import { OtelEventsError } from '../errors.ts';
import type { Consume } from '../otlp/batch.ts';
import { forgetDecoded } from '../otlp/transcode.ts';
import { within } from '../spool/within.ts';
import type { Lane } from './lane.ts';

/** How long an answer waits for exporters, in milliseconds. */
export interface FanOutTimes {
  /** For the slower ones, when another has taken the batch already. */
  readonly patienceMs: number;
  /** For the first one to take it. */
  readonly giveUpMs: number;
}

const DEFAULTS: FanOutTimes = { patienceMs: 1_000, giveUpMs: 10_000 };

/**
 * Offers a batch to all exporters at once and resolves when at least one has it.
 *
 * It waits for all of them, so that a batch is in the file before the sender is told, whoever else took it.
 * But an exporter that has kept something waiting for longer than `patienceMs` is not waited for until it has
 * caught up, as long as another took the batch.
 * @throws OtelEventsError `EXPORT_FAILED` with `retry` when none took it
 */
export function fanOut(lanes: readonly Lane[], { patienceMs, giveUpMs } = DEFAULTS): Consume {
  return async (batch) => {
    const prompt = lanes.map((lane) => !lane.isBehind(patienceMs));
    const offers = lanes.map((lane) => lane.offer(batch));
    const offeredMs = performance.now();
    // Every exporter of ours has converted the batch by now.
    forgetDecoded(batch);
    const awaited = Promise.all(offers.filter((_offer, index) => prompt[index]));
    if (!(await within(patienceMs, awaited))) for (const lane of lanes) lane.waitedInVain(offeredMs);
    if (await within(giveUpMs - patienceMs, anyTook(offers))) return;
    throw new OtelEventsError('EXPORT_FAILED', `no exporter took the ${batch.signal}`, { retry: {} });
  };
}

/** Whether one took it, as soon as that is known; false when all have refused. */
async function anyTook(offers: readonly Promise<boolean>[]): Promise<boolean> {
  const taken = offers.map(async (offer) => ((await offer) ? true : Promise.reject(new Error('refused'))));
  try {
    return await Promise.any(taken);
  } catch {
    return false;
  }
}
