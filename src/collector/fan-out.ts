import { OtelEventsError } from '../errors.ts';
import type { Batch, Consume } from '../otlp/batch.ts';
import { OtlpRequest } from '../otlp/otlp-request.ts';
import type { Place } from '../spool/send-queue.ts';
import { within } from '../spool/within.ts';
import { performance } from '../time.ts';
import type { Lane } from './lane.ts';

/** How long an answer waits for exporters, in milliseconds. */
const GIVE_UP_MS = 10_000;

/** When a sender may come again, unless a destination says when. */
const RETRY_AFTER_MS = 1_000;

/**
 * Offers a batch to all exporters and resolves when each one that keeps data has it: written, delivered, or in
 * its queue. Those that only show data are offered it too, and never waited for.
 *
 * Places in queues are reserved first, then files are written, then the queues take it: so a full queue leaves no
 * copy of a refused batch in a file. What fails after that can: the sender comes again, and the copies are counted.
 * @throws OtelEventsError `EXPORT_FAILED`: with `retry`, unless all that refuse it would do so again
 */
export function fanOut(lanes: readonly Lane[], giveUpMs = GIVE_UP_MS): Consume {
  const keepers = lanes.filter(({ keeps }) => keeps);
  const viewers = lanes.filter(({ keeps }) => !keeps);
  return async (batch) => {
    const places = reserveAll(keepers, batch, giveUpMs);
    for (const viewer of viewers) void viewer.offer(batch);
    const writers = keepers.filter(({ hasQueue }) => !hasQueue);
    const offers = writers.map((lane) => ({ lane, refused: lane.offer(batch) }));
    const offeredMs = performance.now();
    // Every exporter of ours has converted the batch by now.
    OtlpRequest.of(batch).forget();
    const answers = await within(giveUpMs, Promise.all(offers.map(({ refused }) => refused)));
    if (answers === undefined) for (const lane of writers) lane.waitedInVain(offeredMs);
    const refusals = answers === undefined ? [tooSlow()] : answers.filter((error) => error !== undefined);
    if (refusals.length > 0) for (const place of places) place.letGo();
    else if (places.filter((place) => !place.take()).length === 0) return;
    for (const { lane, refused } of offers) void noteCopy(lane, refused, batch);
    throw refusalOf(batch, refusals);
  };
}

/** All places, or none. */
function reserveAll(lanes: readonly Lane[], batch: Batch, giveUpMs: number): Place[] {
  const places: Place[] = [];
  try {
    for (const lane of lanes) places.push(...lane.reserve(batch, giveUpMs));
    return places;
  } catch (error) {
    for (const place of places) place.letGo();
    throw refusalOf(batch, [error]);
  }
}

/** What one exporter took of a batch that was refused will be there twice. */
async function noteCopy(lane: Lane, refused: Promise<unknown>, { count }: Batch): Promise<void> {
  if ((await refused) === undefined) lane.wroteInVain(count);
}

function tooSlow(): OtelEventsError {
  return new OtelEventsError('EXPORT_FAILED', 'no answer in time', { retry: {} });
}

/** One that may go away outranks those that will not: the batch is not lost yet. */
function refusalOf({ signal }: Batch, refusals: readonly unknown[]): OtelEventsError {
  const passing = refusals.find((error) => !isFinal(error));
  const first = passing ?? refusals[0];
  const reason = first instanceof OtelEventsError ? first.reason : undefined;
  const afterMs = first instanceof OtelEventsError ? first.retry?.afterMs : undefined;
  const isForGood = passing === undefined && refusals.length > 0;
  const message = isForGood ? `an exporter refuses the ${signal}` : `not every exporter took the ${signal}`;
  return new OtelEventsError('EXPORT_FAILED', message, {
    ...(isForGood ? {} : { retry: { afterMs: afterMs ?? RETRY_AFTER_MS } }),
    ...(reason === undefined ? {} : { reason }),
  });
}

function isFinal(error: unknown): boolean {
  return error instanceof OtelEventsError && error.retry === undefined;
}
