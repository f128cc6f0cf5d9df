import type { RecordSignal } from '../otlp/wire/batch.ts';
import type { OtlpSettings } from './settings/otlp-settings.ts';

/** What is known of a sink beside its counts. */
export interface MeteredSink {
  /** What sends; undefined where records are only handed over. */
  readonly exporter?: {
    /** A value of the semantic conventions where one fits, such as `otlp_http_log_exporter`. */
    readonly type: string;
    /** Where it sends to: becomes `server.address` and `server.port`. */
    readonly url?: URL | undefined;
    /** Records in requests that have not been answered; they count as pending in the ledger. */
    readonly inFlight?: (() => number) | undefined;
  };
  /** The most records that may wait; undefined where the bound is one of bytes. */
  readonly capacity?: number | undefined;
}

/** What our own sender of a signal is, for {@link DeliveryMetricsOptions.describe}. */
export function meteredOtlp(
  settings: OtlpSettings,
  signal: RecordSignal,
  inFlight?: () => number,
): MeteredSink {
  const protocol = settings.encoding[signal] === 'json' ? 'otlp_http_json' : 'otlp_http';
  const type = `${protocol}_${ITEMS[signal]}_exporter`;
  return { exporter: { type, url: settings.urls[signal], inFlight } };
}

const ITEMS = { logs: 'log', traces: 'span' } as const;
