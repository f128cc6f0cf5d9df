import { OtelEventsError } from '../errors.ts';
import { type PostResponse, post, targetOf } from '../otlp/post.ts';
import type { Exporter } from './exporter.ts';
import { type Format, formatter } from './format.ts';

/** Where and how. */
export interface HttpExporterOptions {
  readonly url: string;
  /** Default `POST`. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly name?: string;
  /** What a request's JSON body holds. Default `leip`. */
  readonly format?: Format;
  /** The whole attempt, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
}

/** What says that this very body is refused: sending it again would not help. */
const REFUSED = new Set([400, 413, 422]);

/**
 * One request with a JSON body per event, in order. Anything but a success and a refusal of the body is
 * tried again: an expired token must not cost events.
 * @throws OtelEventsError `EXPORT_URL_INVALID` unless the URL is one of http or https
 */
export function httpExporter(options: HttpExporterOptions): Exporter {
  const { method = 'POST', headers = {}, timeoutMs = 10_000 } = options;
  const format = formatter(options.format ?? 'leip');
  const url = parseUrl(options.url);
  return {
    name: options.name ?? `http:${targetOf(url)}`,
    // One at a time: a batch that fails half-way would be sent again from its start.
    flushBatchSize: 1,
    async send(records, signal) {
      for (const record of records) {
        const body = Buffer.from(JSON.stringify(format(record)));
        const request = {
          url,
          method,
          headers: { 'content-type': 'application/json', ...headers },
          body,
          timeoutMs,
          signal,
        };
        checkAnswer(await post(request), url);
      }
    },
  };
}

function checkAnswer({ status, retryAfterMs }: PostResponse, url: URL): void {
  if (status >= 200 && status < 300) return;
  const message = `${targetOf(url)} answered ${status}`;
  if (REFUSED.has(status)) {
    throw new OtelEventsError('EXPORT_FAILED', message, { reason: `http_${status}` });
  }
  const retry = retryAfterMs === undefined ? {} : { afterMs: retryAfterMs };
  throw new OtelEventsError('EXPORT_FAILED', message, { retry });
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new OtelEventsError(
    'EXPORT_URL_INVALID',
    'an exporter wants an http or https URL, got something else',
    {
      fix: 'for example http://localhost:8080/events',
    },
  );
}
