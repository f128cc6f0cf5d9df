import type { Bridge, Copies, MetricsSource, Outlets, OutletsOptions } from '../delivery/bridge.ts';
import type { Bursts } from '../delivery/bursts.ts';
import { MetricsWatch } from './metrics/metrics-watch.ts';
import { type ChosenTracer, Providers, type ProvidersOptions } from './providers.ts';
import { SpanCopies } from './span-copies.ts';

/** What of the choice of providers is known before there is a pipeline. */
export type AppBridgeOptions = Omit<ProvidersOptions, keyof OutletsOptions>;

/** A pipeline's way to the app's OpenTelemetry: its providers or a stock SDK, its metrics, its spans. */
export class AppBridge implements Bridge {
  readonly #options: AppBridgeOptions;
  #providers: Providers | undefined;

  constructor(options: AppBridgeOptions) {
    this.#options = options;
  }

  outlets(options: OutletsOptions): Outlets {
    this.#providers = new Providers({ ...this.#options, ...options });
    return this.#providers;
  }

  metrics(source: MetricsSource): MetricsWatch {
    return new MetricsWatch(source);
  }

  copies(bursts: Bursts): Copies {
    return new SpanCopies(bursts);
  }

  /** The tracer for the next scope; undefined when its span is not to be exported. */
  tracer(): ChosenTracer | undefined {
    return this.#providers?.tracer();
  }
}
