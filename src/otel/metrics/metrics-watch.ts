import { OtelEventsError } from '../../errors.ts';
import { clearInterval, setInterval } from '../../time.ts';
import { appMetrics } from '../app-api.ts';
import type { DeliveryMetrics, DeliveryMetricsOptions } from './delivery-metrics.ts';

/** How often to look for a meter provider that the app registers, or replaces, later. */
const LOOK_MS = 5_000;

/** Shows the ledger as metrics once the app has a meter provider; until then nothing of that is even loaded. */
export class MetricsWatch {
  readonly #options: DeliveryMetricsOptions;
  readonly #timer: NodeJS.Timeout;
  #metrics: Promise<DeliveryMetrics> | undefined;

  constructor(options: DeliveryMetricsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
    void this.look();
  }

  /** Looks now. An app whose globals throw has no metrics: nobody waits for this, so that nothing may be thrown. */
  async look(): Promise<void> {
    try {
      if (appMetrics() === undefined) return;
      this.#metrics ??= import('./delivery-metrics.ts').then(
        (module) => new module.DeliveryMetrics(this.#options),
      );
      (await this.#metrics).attach();
    } catch (cause) {
      const message = 'the metrics of the delivery of events cannot be made';
      this.#options.onError(new OtelEventsError('EXPORT_FAILED', message, { cause }));
      clearInterval(this.#timer);
    }
  }

  /** The last counts stay in the metrics. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.look();
    (await this.#metrics?.catch(() => undefined))?.detach();
  }
}
