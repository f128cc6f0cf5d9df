import { OtelEventsError } from '../../errors.ts';
import type { Batch } from '../../otlp/wire/batch.ts';
import { REQUEST } from '../../otlp/wire/messages.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { pickItems } from '../../otlp/wire/pick-items.ts';
import type { Refused } from '../../spool/log/outcome.ts';
import { itemsIn, type SpoolBatch } from '../../spool/log/spool-batch.ts';
import type { Answer, Transport } from '../../spool/send/transport.ts';
import { performance } from '../../time.ts';
import type { Batching } from './batching.ts';

/** How long a request is tried, and when it is taken apart. */
export interface DeliverWholeOptions {
  /** In messages. */
  readonly name: string;
  /** False: the first failure is the last. */
  readonly retries: boolean;
  /** In milliseconds since the first attempt; `Infinity` tries for as long as the queue lives. */
  readonly maxElapsedMs: number;
  /** What is larger is taken apart before it is sent. */
  readonly largest?: Pick<Batching, 'sizer' | 'maxSize'> | undefined;
  /** A part of a request that is lost for the destination, before it is settled. */
  readonly onRefused: (part: SpoolBatch, refusal: PartRefusal) => void;
}

/** Why a part is lost for the destination. */
export interface PartRefusal {
  readonly reason: string;
  readonly error: OtelEventsError;
  /** What the destination said to it, for the dead letter only. */
  readonly answer: string | undefined;
}

type Failed = Exclude<Answer, { readonly kind: 'delivered' }>;

/** What is known of a request that is on its way. */
interface Journey {
  readonly startedMs: number;
  /** What has still to go, in order: the request as it came, or what it was taken apart into. */
  readonly parts: SpoolBatch[];
  readonly refused: Refused[];
  /** How many parts in a row were refused, with none accepted. */
  refusals: number;
  /** What the destination said of a part, to be told once all of it is settled. */
  error: OtelEventsError | undefined;
}

/**
 * A way for whole requests, from a way for batches: bytes go as they came. Only what the destination calls too large
 * or invalid is taken apart, so that what is bad in it keeps nothing else from arriving; and what it does not take
 * for `maxElapsedMs` is given up.
 */
export function deliverWhole(send: Transport, options: DeliverWholeOptions): Transport {
  const journeys = new WeakMap<SpoolBatch, Journey>();
  return async (batch, signal) => {
    const journey = journeys.get(batch) ?? begin(batch, options);
    journeys.set(batch, journey);
    for (let part = journey.parts[0]; part !== undefined; part = journey.parts[0]) {
      const answer = await send(part, signal);
      if (answer.kind !== 'delivered') {
        if (narrows(journey, part, answer)) continue;
        // Several requests at once: whoever asks halves them, down to one.
        if (part.count > 1 && (answer.kind === 'too_large' || answer.kind === 'invalid')) return answer;
        if (mayStillPass(answer, journey, options)) return answer;
      }
      journey.parts.shift();
      settle(journey, part, answer, options);
    }
    return conclude(journey);
  };
}

function begin(batch: SpoolBatch, { largest }: DeliverWholeOptions): Journey {
  return {
    startedMs: performance.now(),
    parts: fitting(batch, largest),
    refused: [],
    refusals: 0,
    error: undefined,
  };
}

/** A request in parts that are not larger than they may be, as far as it can be taken apart. */
function fitting(batch: SpoolBatch, largest: DeliverWholeOptions['largest']): SpoolBatch[] {
  if (batch.count > 1 || !largest?.maxSize) return [batch];
  const items = itemsIn(batch);
  const { sizer, maxSize } = largest;
  if (items < 2 || (sizer === 'items' ? items : batch.bytes.length) <= maxSize) return [batch];
  const step = sizer === 'items' ? maxSize : Math.ceil(items / 2);
  const parts = partsOf(batch, step);
  if (parts === undefined) return [batch];
  return sizer === 'items' ? parts : parts.flatMap((part) => fitting(part, largest));
}

/** A destination that refuses so many parts in a row takes none of the request. */
const MAX_REFUSALS = 64;

/**
 * Puts both halves of a part in its place, if something in it is bad and the rest may not be. What is too large is
 * halved until it is not: each half is nearer to that. What is invalid is looked for as long as the destination accepts
 * some of it.
 */
function narrows(journey: Journey, part: SpoolBatch, { kind }: Failed): boolean {
  if (kind !== 'too_large' && kind !== 'invalid') return false;
  if (kind === 'invalid') journey.refusals++;
  if (part.count > 1 || itemsIn(part) < 2 || journey.refusals > MAX_REFUSALS) return false;
  const halves = partsOf(part, Math.ceil(itemsIn(part) / 2));
  if (halves === undefined) return false;
  journey.parts.splice(0, 1, ...halves);
  return true;
}

/** One request in parts of `step` items. @returns undefined of bytes that cannot be read */
function partsOf(batch: SpoolBatch, step: number): SpoolBatch[] | undefined {
  const { signal, header, bytes } = batch;
  const count = itemsIn(batch);
  const encoding = header.whole as Batch['encoding'];
  try {
    const decoded = OtlpRequest.of({ signal, encoding, bytes, count }).decoded();
    const parts: SpoolBatch[] = [];
    for (let from = 0; from < count; from += step) {
      const to = Math.min(count, from + step);
      const request = OtlpRequest.from(signal, pickItems(REQUEST[signal], decoded, from, to));
      const part = encoding === 'json' ? request.json() : request.protobuf();
      parts.push({ ...alike(batch), bytes: part, ends: [part.length], names: [String(to - from)] });
    }
    return parts;
  } catch {
    return undefined;
  }
}

/** What a part has of the batch that it is of; a batch spells some of it out only when it is asked. */
function alike({ signal, header, count, positions, timesMs, from, to }: SpoolBatch) {
  return { signal, header, count, positions, timesMs, from, to };
}

/** What may pass is tried again until its time is up, whoever says so. */
function mayStillPass(answer: Failed, { startedMs }: Journey, options: DeliverWholeOptions): boolean {
  if (answer.kind !== 'retry' && answer.kind !== 'hold') return false;
  if (!options.retries) return false;
  const askedMs = answer.kind === 'retry' ? (answer.afterMs ?? 0) : 0;
  return performance.now() - startedMs + askedMs < options.maxElapsedMs;
}

function settle(journey: Journey, part: SpoolBatch, answer: Answer, options: DeliverWholeOptions): void {
  const items = itemsIn(part);
  if (answer.kind === 'delivered') {
    journey.refusals = 0;
    const refused = Math.min(items, answer.refused ?? 0);
    if (refused > 0) note(journey, refused, 'partial_success');
    journey.error = answer.error ?? journey.error;
    return;
  }
  const gaveUp = options.retries && (answer.kind === 'retry' || answer.kind === 'hold');
  const error = gaveUp ? gaveUpOn(options.name, answer.error) : answer.error;
  const reason = gaveUp ? 'gave_up' : reasonOf(answer);
  note(journey, items, reason);
  journey.error = error;
  options.onRefused(part, { reason, error, answer: answer.kind === 'invalid' ? answer.answer : undefined });
}

/** One sum a reason: what is said of it is said once. */
function note({ refused }: Journey, count: number, reason: string): void {
  const index = refused.findIndex((known) => known.reason === reason);
  if (index < 0) refused.push({ count, reason });
  else refused[index] = { count: count + (refused[index]?.count ?? 0), reason };
}

function gaveUpOn(name: string, cause: OtelEventsError): OtelEventsError {
  const message = `${name}: gave up after max_elapsed_time: ${cause.message}`;
  return new OtelEventsError('EXPORT_FAILED', message, { cause, reason: 'gave_up' });
}

function reasonOf(answer: Failed): string {
  if (answer.kind === 'invalid' || answer.kind === 'refused') return answer.reason;
  return answer.error.reason ?? (answer.kind === 'too_large' ? 'too_large' : 'no_answer');
}

/** Refused or not, it is settled: what became of its items is said item by item. */
function conclude({ refused, error }: Journey): Answer {
  return {
    kind: 'delivered',
    ...(refused.length === 0 ? {} : { within: refused }),
    ...(error === undefined ? {} : { error }),
  };
}
