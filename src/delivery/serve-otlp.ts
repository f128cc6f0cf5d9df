import type { IncomingHttpHeaders } from 'node:http';
import { EMITTED_HEADER } from '../otlp/emitted/emitted-report.ts';
import type { Outbox } from '../spool/outbox.ts';
import { otlpTransport, type PostBelow } from '../spool/send/otlp-transport.ts';
import { VERSION } from '../version.ts';
import { OTLP_SINK, SPAN_SINK } from './ledger/accounts.ts';
import type { OtlpSettings } from './settings/otlp-settings.ts';

const DEFAULT_INTERVAL_MS = 1000;

/** How batches are made. */
export interface ServeOtlpOptions {
  readonly concurrency?: number | undefined;
  readonly flushIntervalMs?: number | undefined;
  readonly flushBatchSize?: number | undefined;
  /**
   * Is told with each answer that takes log records whether the receiver wants to know what was emitted: then the id of
   * its store, and the way to tell it.
   */
  readonly onAsked?: ((asked: string | undefined, post: PostBelow) => void) | undefined;
}

/** Sends what is in an outbox over OTLP: log records and spans, each in requests, and outages, of their own. */
export function serveOtlp(outbox: Outbox, settings: OtlpSettings, options: ServeOtlpOptions): void {
  const { concurrency, flushIntervalMs = DEFAULT_INTERVAL_MS, flushBatchSize, onAsked } = options;
  for (const [sink, signal] of [
    [OTLP_SINK, 'logs'],
    [SPAN_SINK, 'traces'],
  ] as const) {
    const tls = settings.tls[signal];
    const { send, close, postBelow } = otlpTransport({
      url: settings.urls[signal],
      headers: settings.headers[signal],
      compression: settings.compression[signal],
      encoding: settings.encoding[signal],
      timeoutMs: settings.timeoutMs[signal],
      ...(tls === undefined ? {} : { tls }),
      agent: settings.agent,
      userAgent: `otel-events/${VERSION}`,
      onTaken:
        signal === 'logs' && onAsked !== undefined
          ? (headers) => onAsked(askedIn(headers), postBelow)
          : undefined,
    });
    outbox.serve(sink, {
      transport: send,
      onClosed: close,
      flushIntervalMs,
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(flushBatchSize === undefined ? {} : { maxCount: flushBatchSize }),
    });
  }
}

function askedIn(headers: IncomingHttpHeaders): string | undefined {
  const { [EMITTED_HEADER]: asked } = headers;
  return typeof asked === 'string' && asked !== '' ? asked : undefined;
}
