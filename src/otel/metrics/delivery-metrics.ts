import type { MetricsSource } from '../../delivery/bridge.ts';
import { type LedgerRow, SPAN_SINK } from '../../delivery/ledger/accounts.ts';
import type { MeteredSink } from '../../delivery/metered-sink.ts';
import { OtelEventsError } from '../../errors.ts';
import { type ApiMeterProvider, appMetrics } from '../app-api.ts';
import {
  DeliveryMeter,
  type Item,
  type Measurement,
  type MeterSource,
  type MetricName,
} from './delivery-meter.ts';

/** What is reported. */
export interface DeliveryMetricsOptions extends MetricsSource {
  /** False where the records come from an SDK, which counts what its loggers create itself. Default true. */
  readonly countsCreated?: boolean;
}

type Attributes = Measurement['attributes'];

/**
 * The ledger as metrics of the app's own meter provider, under the names of the semantic conventions for
 * SDKs. Nothing is counted here and nothing costs an event anything: the ledger is read at each collection.
 * @see OpenTelemetry semantic conventions, "otel/sdk-metrics"
 */
export class DeliveryMetrics implements MeterSource {
  readonly #options: DeliveryMetricsOptions;
  readonly #meters = new Set<DeliveryMeter>();
  #provider: ApiMeterProvider | undefined;
  #detached = false;

  constructor(options: DeliveryMetricsOptions) {
    this.#options = options;
  }

  /** Looks for the app's meter provider. To be called now and then: an SDK that starts later is found then. */
  attach(): void {
    const provider = appMetrics();
    if (provider === undefined || provider === this.#provider || this.#detached) return;
    this.#provider = provider;
    try {
      const meter = DeliveryMeter.of(provider);
      meter.join(this);
      this.#meters.add(meter);
    } catch (cause) {
      this.#report('the meter provider threw when it was asked for instruments', cause);
    }
  }

  /** Ends for good; what has been counted stays in the metrics. */
  detach(): void {
    this.#detached = true;
    for (const meter of this.#meters) meter.leave(this);
    this.#meters.clear();
  }

  measure(index: number): readonly Measurement[] {
    const { ledger, describe, countsCreated = true } = this.#options;
    const { total, sinks, spans, adopted, refused } = ledger();
    const measured: Measurement[] = [];
    if (countsCreated) {
      // What an earlier process left has been counted there.
      measured.push({ metric: 'otel.sdk.log.created', attributes: {}, value: total.emitted - adopted });
    }
    if (refused !== undefined) {
      const attributes = component('otel_events_log_processor', String(index));
      const reasons = { ...refused.rejected, ...refused.dropped };
      measured.push(...failures('otel.sdk.processor.log.processed', attributes, reasons));
    }
    for (const [name, row] of Object.entries(sinks)) {
      measured.push(...measureSink('log', row, `${index}/${name}`, describe(name)));
    }
    if (spans.emitted > 0) {
      measured.push(...measureSink('span', spans, `${index}/${SPAN_SINK}`, describe(SPAN_SINK)));
    }
    return measured;
  }

  #report(what: string, cause: unknown): void {
    const message = `${what}: it gets no metrics of the delivery of events`;
    this.#options.onError(new OtelEventsError('EXPORT_FAILED', message, { cause }));
  }
}

/** For every sink: emitted = Σ processed + queue.size + inflight. */
function measureSink(
  item: Item,
  row: LedgerRow,
  name: string,
  { exporter, capacity }: MeteredSink,
): Measurement[] {
  const queue = `otel.sdk.processor.${item}.queue` as const;
  const attributes = component(`otel_events_${item}_processor`, name);
  const inFlight = Math.min(exporter?.inFlight?.() ?? 0, row.pending);
  const processed = row.acked + row.handedOver + row.sampled + sum(row.rejected);
  const measured: Measurement[] = [
    { metric: `${queue}.size`, attributes, value: row.pending - inFlight },
    ...results(`otel.sdk.processor.${item}.processed`, attributes, processed, row.dropped),
  ];
  if (capacity !== undefined) measured.push({ metric: `${queue}.capacity`, attributes, value: capacity });
  if (exporter === undefined) return measured;
  const sender = { ...component(exporter.type, name), ...server(exporter.url) };
  if (exporter.inFlight !== undefined) {
    measured.push({ metric: `otel.sdk.exporter.${item}.inflight`, attributes: sender, value: inFlight });
  }
  return [...measured, ...results(`otel.sdk.exporter.${item}.exported`, sender, row.acked, row.rejected)];
}

function component(type: string, name: string): Attributes {
  return { 'otel.component.type': type, 'otel.component.name': `${type}/${name}` };
}

function server(url: URL | undefined): Attributes {
  if (url === undefined) return {};
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return { 'server.address': url.hostname.replace(/^\[|\]$/g, ''), 'server.port': port };
}

/** What went well, and what did not by reason. */
function results(
  metric: MetricName,
  attributes: Attributes,
  succeeded: number,
  failed: Readonly<Record<string, number>>,
): Measurement[] {
  return [{ metric, attributes, value: succeeded }, ...failures(metric, attributes, failed)];
}

function failures(
  metric: MetricName,
  attributes: Attributes,
  failed: Readonly<Record<string, number>>,
): Measurement[] {
  return Object.entries(failed).map(([reason, value]) => ({
    metric,
    attributes: { ...attributes, 'error.type': errorType(reason) },
    value,
  }));
}

/** The ledger's reason as the conventions have it: what they name themselves, and a status as its number. */
function errorType(reason: string): string {
  if (reason === 'closed') return 'already_shutdown';
  if (reason === 'partial_success') return 'rejected';
  return reason.replace(/^http_(?=\d+$)/, '');
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
