import { ValueType } from '@opentelemetry/api';
import { SCOPE } from '../../delivery/scope.ts';
import { processWide } from '../../process-wide.ts';
import type { ApiMeterProvider, ApiObservable, ApiObservableResult } from '../app-api.ts';

/** What is counted; the names of the metrics are the same but for it. */
export type Item = 'log' | 'span';

/** @see OpenTelemetry semantic conventions, "otel/sdk-metrics" (in development), 1.44 */
export type MetricName =
  | 'otel.sdk.log.created'
  | `otel.sdk.processor.${Item}.${'queue.size' | 'queue.capacity' | 'processed'}`
  | `otel.sdk.exporter.${Item}.${'inflight' | 'exported'}`;

interface Metric {
  /** It only grows. */
  readonly isCounter: boolean;
  readonly unit: string;
  readonly description: string;
}

const METRICS: ReadonlyMap<MetricName, Metric> = new Map([
  ['otel.sdk.log.created', counter('{log_record}', 'The number of events that were logged.')],
  ...metricsOf('log', '{log_record}', 'log records'),
  ...metricsOf('span', '{span}', 'spans'),
]);

/** One number of one series. */
export interface Measurement {
  readonly metric: MetricName;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** What is measured at each collection. */
export interface MeterSource {
  /** @param index - tells this source from the others of the process in `otel.component.name` */
  measure(index: number): readonly Measurement[];
}

const meters = processWide('delivery-meters/v1', () => new WeakMap<ApiMeterProvider, DeliveryMeter>());

/**
 * The instruments of one meter provider, shared by all loggers of the process: two callbacks that observe the
 * same series would spoil it. What a source has counted stays after it has left, so that closing a logger
 * just before the last collection loses no count, and the next one with its index goes on from there.
 */
export class DeliveryMeter {
  readonly #instruments: ReadonlyMap<MetricName, ApiObservable>;
  readonly #sources: (MeterSource | undefined)[] = [];
  #left: readonly Measurement[] = [];

  /** The one of a provider, made at the first use. */
  static of(provider: ApiMeterProvider): DeliveryMeter {
    let meter = meters.get(provider);
    if (meter === undefined) {
      meter = new DeliveryMeter(provider);
      meters.set(provider, meter);
    }
    return meter;
  }

  private constructor(provider: ApiMeterProvider) {
    const meter = provider.getMeter(SCOPE.name, SCOPE.version);
    const instruments = new Map<MetricName, ApiObservable>();
    for (const [name, { isCounter, unit, description }] of METRICS) {
      const options = { description, unit, valueType: ValueType.INT };
      const instrument = isCounter
        ? meter.createObservableCounter(name, options)
        : meter.createObservableUpDownCounter(name, options);
      instruments.set(name, instrument);
    }
    this.#instruments = instruments;
    meter.addBatchObservableCallback((result) => this.#observe(result), [...instruments.values()]);
  }

  join(source: MeterSource): void {
    if (this.#sources.includes(source)) return;
    const free = this.#sources.indexOf(undefined);
    this.#sources[free < 0 ? this.#sources.length : free] = source;
  }

  leave(source: MeterSource): void {
    const index = this.#sources.indexOf(source);
    if (index < 0) return;
    const last = source.measure(index).map((one) => {
      // Not left out: SDKs go on reporting the last value of a series that is not observed any more.
      return METRICS.get(one.metric)?.isCounter ? one : { ...one, value: 0 };
    });
    this.#left = sums([...this.#left, ...last]);
    this.#sources[index] = undefined;
  }

  #observe(result: ApiObservableResult): void {
    const measured = this.#sources.flatMap((source, index) => source?.measure(index) ?? []);
    for (const { metric, attributes, value } of sums([...this.#left, ...measured])) {
      result.observe(this.#instruments.get(metric) as ApiObservable, value, attributes);
    }
  }
}

function metricsOf(item: Item, unit: string, items: string): [MetricName, Metric][] {
  const processor = `otel.sdk.processor.${item}` as const;
  const exporter = `otel.sdk.exporter.${item}` as const;
  return [
    [`${processor}.queue.size`, upAndDown(unit, `The number of ${items} that are waiting to be sent.`)],
    [`${processor}.queue.capacity`, upAndDown(unit, `The most ${items} that may wait.`)],
    [`${processor}.processed`, counter(unit, `The number of ${items} that a sink is done with.`)],
    [`${exporter}.inflight`, upAndDown(unit, `The number of ${items} that were sent and not answered for.`)],
    [
      `${exporter}.exported`,
      counter(unit, `The number of ${items} that were delivered or refused for good.`),
    ],
  ];
}

function counter(unit: string, description: string): Metric {
  return { isCounter: true, unit, description };
}

function upAndDown(unit: string, description: string): Metric {
  return { isCounter: false, unit, description };
}

/** One measurement for each series. */
function sums(measurements: readonly Measurement[]): Measurement[] {
  const series = new Map<string, Measurement>();
  for (const one of measurements) {
    const key = `${one.metric} ${JSON.stringify(one.attributes)}`;
    series.set(key, { ...one, value: one.value + (series.get(key)?.value ?? 0) });
  }
  return [...series.values()];
}
