import { OtelEventsError } from '../../errors.ts';
import type { Consume } from '../../otlp/wire/batch.ts';
import type { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import type { Log } from '../log.ts';
import type { Budget } from './series-set.ts';
import type { SpanAggregator } from './span-aggregator.ts';

/** What a {@link SpanMetricsSender} needs. */
export interface SpanMetricsSenderOptions {
  readonly aggregator: SpanAggregator;
  readonly budget: Budget;
  readonly isDelta: boolean;
  /** Of the connector, for messages. */
  readonly id: string;
  readonly log: Log;
  readonly emit: Consume;
}

/** Sends what was counted into the pipelines behind, one request at a time. */
export class SpanMetricsSender {
  readonly #options: SpanMetricsSenderOptions;
  /** Deltas that were not taken: the next ones wait until they are. */
  #unsent: OtlpRequest | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(options: SpanMetricsSenderOptions) {
    this.#options = options;
  }

  add(request: OtlpRequest): void {
    this.#options.aggregator.add(request, Date.now());
  }

  /** @param isLast - nothing comes after it: what is not taken now is lost, and said */
  send(isLast = false): Promise<void> {
    this.#sending = this.#sending.then(() => this.#send(isLast));
    return this.#sending;
  }

  async #send(isLast: boolean): Promise<void> {
    const { aggregator, budget, id, log } = this.#options;
    if (budget.overflowing > 0)
      log('warn', 'too many series: the rest is counted in those with otel.metric.overflow', {
        connector: id,
        count: budget.overflowing,
      });
    budget.overflowing = 0;
    if (this.#unsent !== undefined && !(await this.#offer(this.#unsent, isLast))) return;
    this.#unsent = undefined;
    const request = aggregator.take(Date.now(), isLast);
    if (request !== undefined) await this.#offer(request, isLast);
  }

  /** @returns whether it is settled: what is refused for good does not come again, and cumulative sums hold what came before */
  async #offer(request: OtlpRequest, isLast: boolean): Promise<boolean> {
    const { isDelta, id, log, emit } = this.#options;
    try {
      await emit(request);
      return true;
    } catch (error) {
      const mayPass = !(error instanceof OtelEventsError) || error.retry !== undefined;
      const isKept = isDelta && mayPass && !isLast;
      this.#unsent = isKept ? request : undefined;
      log(
        isLast || (isDelta && !isKept) ? 'error' : 'warn',
        isKept || !(isDelta || isLast)
          ? 'metrics are not taken, they come with the next'
          : 'metrics are lost',
        {
          connector: id,
          count: request.count,
          error: (error as Error).message,
        },
      );
      return !isKept;
    }
  }
}
