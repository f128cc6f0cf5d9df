import { OtelEventsError } from '../errors.ts';
import type { Place } from '../exporters/batch-exporter.ts';
import type { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import { performance, within } from '../time.ts';
import type { Lane } from './lane.ts';

/** How long an answer waits for exporters, in milliseconds. */
const GIVE_UP_MS = 10_000;

/** When a sender may come again, unless a destination says when. */
const RETRY_AFTER_MS = 1_000;

/** What one exporter is offered of a request: the request as its pipeline has made it. */
export interface Share {
  readonly lane: Lane;
  readonly request: OtlpRequest;
}

/**
 * Offers a request to all exporters and resolves when each one that keeps data has it: written, delivered, or in
 * its queue. Those that only show data are offered it too, and never waited for.
 *
 * Places in queues are reserved first, then files are written, then the queues take it: so a full queue leaves no
 * copy of a refused request in a file. What fails after that can: the sender comes again, and the copies are counted.
 * @throws OtelEventsError `EXPORT_FAILED`: with `retry`, unless all that refuse it would do so again
 */
export async function fanOut(shares: readonly Share[], giveUpMs = GIVE_UP_MS): Promise<void> {
  const keepers = shares.filter(({ lane }) => lane.keeps);
  const places = reserveAll(keepers, giveUpMs);
  for (const { lane, request } of shares) if (!lane.keeps) void lane.offer(request);
  const writers = keepers.filter(({ lane }) => !lane.hasQueue);
  const offers = writers.map((share) => ({ ...share, refused: share.lane.offer(share.request) }));
  const offeredMs = performance.now();
  // Every exporter of ours has converted its request by now; one that has not has it decoded again.
  for (const { request } of shares) request.forget();
  const answers = await within(giveUpMs, Promise.all(offers.map(({ refused }) => refused)));
  if (answers === undefined) for (const { lane } of writers) lane.waitedInVain(offeredMs);
  const refusals = answers === undefined ? [tooSlow()] : answers.filter((error) => error !== undefined);
  if (refusals.length > 0) for (const { place } of places) place.letGo();
  else {
    const queued = places.map((held) => ({ ...held, refused: taken(held.place) }));
    const answers = await within(giveUpMs, Promise.all(queued.map(({ refused }) => refused)));
    if (answers?.every((error) => error === undefined)) return;
    refusals.push(...(answers?.filter((error) => error !== undefined) ?? [tooSlow()]));
    offers.push(...queued);
  }
  for (const offer of offers) void noteCopy(offer);
  throw refusalOf(shares, refusals);
}

/** A share that has a place in a queue. */
interface Held extends Share {
  readonly place: Place;
}

/** All places, or none. */
function reserveAll(shares: readonly Share[], giveUpMs: number): Held[] {
  const held: Held[] = [];
  try {
    for (const share of shares) {
      const place = share.lane.reserve(share.request, giveUpMs);
      if (place !== undefined) held.push({ ...share, place });
    }
    return held;
  } catch (error) {
    for (const { place } of held) place.letGo();
    throw refusalOf(shares, [error]);
  }
}

/** Takes a place. @returns why what is in it is not kept, undefined once it is */
async function taken(place: Place): Promise<unknown> {
  try {
    if (!place.take()) return tooSlow();
    await place.kept?.();
    return undefined;
  } catch (error) {
    return error ?? new Error('refused');
  }
}

/** What one exporter took of a request that was refused will be there twice. */
async function noteCopy({
  lane,
  request,
  refused,
}: Share & { readonly refused: Promise<unknown> }): Promise<void> {
  if ((await refused) === undefined) lane.wroteInVain(request.count);
}

function tooSlow(): OtelEventsError {
  return new OtelEventsError('EXPORT_FAILED', 'no answer in time', { retry: {} });
}

/** One that may go away outranks those that will not: the request is not lost yet. */
function refusalOf([share]: readonly Share[], refusals: readonly unknown[]): OtelEventsError {
  const signal = share?.request.signal ?? 'logs';
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
