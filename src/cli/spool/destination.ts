import { otlpSettings } from '../../delivery/settings/otlp-settings.ts';
import type { OtelEventsError } from '../../errors.ts';
import type { Batch } from '../../otlp/wire/batch.ts';
import { SIGNALS } from '../../otlp/wire/batch.ts';
import { otlpTransport } from '../../spool/send/otlp-transport.ts';
import type { Transport } from '../../spool/send/transport.ts';
import { VERSION } from '../../version.ts';
import { usageError } from '../command.ts';
import { readHeaders } from '../read-headers.ts';

/** The options of commands that send. */
export const DESTINATION_OPTIONS = {
  to: { type: 'string' },
  header: { type: 'string', multiple: true },
  encoding: { type: 'string' },
  timeout: { type: 'string' },
} as const;

/** What `--help` says about {@link DESTINATION_OPTIONS}. */
export const DESTINATION_USAGE = `  --to URL       base URL of the server: /v1/logs and /v1/traces are appended to it
  --header 'NAME: VALUE'
                 sent with each request; may be repeated. @FILE reads them from a file, a line each, so that
                 secrets do not show in the list of processes
  --encoding protobuf|json
                 default protobuf: the records leave byte for byte as they are
  --timeout SECONDS
                 gives up after so long without any success. Default 60`;

/** What was given for {@link DESTINATION_OPTIONS}. */
export interface DestinationValues {
  readonly to?: string;
  readonly header?: readonly string[];
  readonly encoding?: string;
  readonly timeout?: string;
}

/** An OTLP/HTTP server. */
export interface Destination {
  readonly transport: Transport;
  readonly timeoutMs: number;
  /** Ends the connections. */
  readonly close: () => void;
}

const DEFAULT_TIMEOUT_S = 60;

/**
 * Prepares to send; connects to nothing yet. Time-outs, compression and certificates come from the
 * `OTEL_EXPORTER_OTLP_*` variables, headers do not: those are secrets of another destination.
 * @throws OtelEventsError `OPTION_INVALID`
 */
export function openDestination(
  { to, header = [], encoding = 'protobuf', timeout }: DestinationValues,
  onWarning: (error: OtelEventsError) => void,
): Destination {
  const settings = otlpSettings(
    { endpoint: checkUrl(to), headers: readHeaders(header) },
    withoutHeaders(process.env),
    onWarning,
  );
  const transports = SIGNALS.map((signal) => {
    // Only a collector's queue holds metrics, and a logger has no settings for them.
    const like = signal === 'metrics' ? 'logs' : signal;
    const options = {
      url: signal === 'metrics' ? besideLogs(settings.urls.logs) : settings.urls[like],
      headers: settings.headers[like],
      compression: settings.compression[like],
      encoding: checkEncoding(encoding),
      timeoutMs: settings.timeoutMs[like],
      tls: settings.tls[like],
      userAgent: `otel-events-spool/${VERSION}`,
    };
    return [signal, otlpTransport(options)] as const;
  });
  const bySignal = new Map(transports);
  return {
    transport: (batch, signal) => (bySignal.get(batch.signal) as { send: Transport }).send(batch, signal),
    timeoutMs: toTimeoutMs(timeout),
    close() {
      for (const [, { close }] of transports) close();
    },
  };
}

function besideLogs(logs: URL): URL {
  const url = new URL(logs);
  url.pathname = url.pathname.replace(/logs$/, 'metrics');
  return url;
}

function checkUrl(to: string | undefined): string {
  if (to === undefined) throw usageError('--to is missing', 'such as --to http://localhost:4318');
  const url = URL.canParse(to) ? new URL(to) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw usageError('--to: wanted an http or https URL', 'write it whole, such as http://localhost:4318');
  }
  if (/\/v1\/(logs|traces|metrics)\/?$/.test(url.pathname)) {
    throw usageError('--to: wanted the base URL', 'leave out /v1/logs and /v1/traces: they are appended');
  }
  return to;
}

function checkEncoding(encoding: string): Batch['encoding'] {
  if (encoding === 'protobuf' || encoding === 'json') return encoding;
  throw usageError(`--encoding: protobuf or json wanted, not ${JSON.stringify(encoding)}`);
}

function toTimeoutMs(timeout: string | undefined): number {
  const seconds = timeout === undefined ? DEFAULT_TIMEOUT_S : Number(timeout);
  if (seconds > 0 && seconds <= MAX_TIMEOUT_S) return seconds * 1000;
  throw usageError(`--timeout: seconds wanted, not ${JSON.stringify(timeout)}`);
}

/** What a timer can wait, and a bit less. */
const MAX_TIMEOUT_S = 2_000_000;

function withoutHeaders(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^OTEL_EXPORTER_OTLP_.*HEADERS$/.test(name)),
  );
}
