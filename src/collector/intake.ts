import { OtelEventsError } from '../errors.ts';
import type { Consume, Signal } from '../otlp/wire/batch.ts';
import { OtlpRequest } from '../otlp/wire/otlp-request.ts';
import { BodyBudget, type BodyLease } from '../serve/body-budget.ts';
import type { ReceiverCounts, TransportName } from './counts/receiver-counts.ts';
import { noLongerTaken } from './entry.ts';
import type { Refusals } from './refusals.ts';

/** What became of what a receiver was sent. */
export interface ReceiverStats {
  /** Log records, spans and data points of metrics that every exporter took that keeps data. */
  readonly accepted: Readonly<Record<Signal, number>>;
  /** Those that not every exporter took: the sender was told, and asked to try again if that may help. */
  readonly refused: Readonly<Record<Signal, number>>;
  /** Requests that were not OTLP, too large, or too many at once. */
  readonly invalidRequests: number;
}

/** Where a request goes, and what is counted of it. */
export interface IntakeOptions {
  /** The signals that a pipeline takes. */
  readonly consume: Readonly<Partial<Record<Signal, Consume>>>;
  /** The memory for the bodies of all requests under way, in bytes. */
  readonly maxHeldBytes: number;
  /** Counts the same for the collector's own metrics. */
  readonly counts?: ReceiverCounts | undefined;
  /** Is told of requests that are refused for what they are. */
  readonly refusals?: Refusals | undefined;
}

/** A request as it came. */
export interface Arrival {
  readonly signal: Signal;
  readonly transport: TransportName;
  readonly encoding: 'protobuf' | 'json';
}

/** What the sender of a request that was refused is told. */
export interface RefusedAnswer {
  readonly code: string;
  readonly reason: string;
}

/** What a receiver's servers have in common, whichever protocol they speak: pipelines, memory for bodies, and counts. */
export class Intake {
  readonly #consume: IntakeOptions['consume'];
  readonly #budget: BodyBudget;
  readonly #accepted = { logs: 0, traces: 0, metrics: 0 };
  readonly #refused = { logs: 0, traces: 0, metrics: 0 };
  readonly #counts: ReceiverCounts | undefined;
  readonly #refusals: Refusals | undefined;
  #invalidRequests = 0;

  constructor({ consume, maxHeldBytes, counts, refusals }: IntakeOptions) {
    this.#refusals = refusals;
    this.#counts = counts;
    this.#consume = consume;
    this.#budget = new BodyBudget(maxHeldBytes);
  }

  /** Whether a pipeline takes the signal. */
  takes(signal: Signal): boolean {
    return this.#consume[signal] !== undefined;
  }

  /** Memory for the body of one request. */
  lease(): BodyLease {
    return this.#budget.lease();
  }

  /**
   * Hands a request to the pipelines of its signal, and resolves when they have it; one without items goes nowhere.
   * @throws OtelEventsError `OTLP_INVALID` for what is no OTLP; else the exporters' error, with `retry` if the sender
   *   may come again
   */
  async take({ signal, transport, encoding }: Arrival, bytes: Uint8Array): Promise<void> {
    const batch = OtlpRequest.read(signal, encoding, bytes);
    if (batch.count === 0) return;
    try {
      const consume = this.#consume[signal];
      // There was one before its body was read.
      if (consume === undefined) throw noLongerTaken(signal);
      await consume(batch);
      this.#accepted[signal] += batch.count;
      this.#counts?.accepted(signal, transport, batch.count);
    } catch (error) {
      this.#refused[signal] += batch.count;
      this.#counts?.refused(signal, transport, batch.count);
      throw error;
    }
  }

  /**
   * Counts a request that was refused for what it is, unless its items were counted as refused.
   * @param answer - what its sender was told: a code such as `http_413` or `grpc_8`, and why
   */
  noteInvalid(error: unknown, transport: TransportName, { code, reason }: RefusedAnswer): void {
    const isRefusedData = error instanceof OtelEventsError && error.code !== 'OTLP_INVALID';
    if (isRefusedData) return;
    this.#invalidRequests++;
    this.#counts?.refusedRequest(transport, code);
    this.#refusals?.add(transport, code, reason);
  }

  stats(): ReceiverStats {
    return {
      accepted: { ...this.#accepted },
      refused: { ...this.#refused },
      invalidRequests: this.#invalidRequests,
    };
  }
}
