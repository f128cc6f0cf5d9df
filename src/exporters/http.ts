import { OtelEventsError } from '../errors.ts';
import type { EventRecord } from '../otlp/event-record.ts';
import { type PostResponse, post, targetOf } from '../otlp/post.ts';
import { type BatchLimits, batchLimits } from './batch-limits.ts';
import { checkOptions } from './check-options.ts';
import type { Exporter } from './exporter.ts';
import { type Format, jsonFormatter } from './format.ts';
import { renderBatch } from './render-batch.ts';
import { trubricsDelivery } from './trubrics-delivery.ts';

/** Where and how. */
export interface HttpExporterOptions extends BatchLimits {
  readonly url: string;
  /** Default `POST`. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as the header `x-api-key`. */
  readonly apiKey?: string;
  /**
   * `false`: a request for each event, at once. `true` or `array`: a JSON array of the events of a batch.
   * `lines`: a line of JSON for each of them. A function makes the body of such an array, for services that want
   * something around it: ``(events) => `{"batch":${events}}` ``. Default `false`; with the format `trubrics` `true`.
   */
  readonly batch?: boolean | 'array' | 'lines' | ((events: string) => string);
  /** Default `http:` and the URL, without credentials and query. */
  readonly name?: string;
  /** What is sent of an event. Default `leip`. */
  readonly format?: Format;
  /** The whole attempt, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Of bodies. Default `none`. */
  readonly compression?: 'gzip' | 'none';
}

/** How events become bodies: a function wraps the array of them. */
type Shape = 'single' | 'lines' | ((events: string) => string);

const KNOWN: Readonly<Record<keyof HttpExporterOptions, true>> = {
  url: true,
  method: true,
  headers: true,
  apiKey: true,
  batch: true,
  name: true,
  format: true,
  timeoutMs: true,
  compression: true,
  flushIntervalMs: true,
  flushBatchSize: true,
};

const SHAPES = new Map<unknown, Shape>([
  [false, 'single'],
  [true, (events) => events],
  ['array', (events) => events],
  ['lines', 'lines'],
]);

/** What says that there is something wrong with the events in the body, and not with the request. */
const REFUSED = new Set([400, 413, 422]);

/** "Already exists": of a body with one event that is as good as a success. */
const CONFLICT = 409;

/**
 * Posts events as JSON. An event that the server refuses (400, 413, 422) is rejected alone: a batch that holds
 * one is halved until it is found. Anything else but a success is tried again, after `Retry-After` if the
 * server says so: an expired token must not cost events. An event comes twice when the server took it and its
 * answer was lost, or when a batch is halved that the server took a part of.
 *
 * With the format `trubrics` events are delivered as Trubrics' own client does: batches of 20, at most 100,
 * every 10 seconds, at least 1, to `/publish_events` of a host.
 * @throws OtelEventsError `EXPORT_URL_INVALID` unless the URL is one of http or https; `OPTION_UNKNOWN`,
 *   `OPTION_INVALID`
 */
export function httpExporter(options: HttpExporterOptions): Exporter {
  checkOptions('httpExporter', options, KNOWN);
  const isTrubrics = options.format === 'trubrics';
  const { batch = isTrubrics } = options;
  const given = parseUrl(options.url);
  const { url, limits } = isTrubrics
    ? trubricsDelivery(given, options)
    : { url: given, limits: batchLimits(options) };
  const shape = shapeOf(batch);
  const requests = new Requests(url, shape, options);
  return {
    name: options.name ?? `http:${targetOf(url)}`,
    ...limits,
    // One at a time: a batch that fails half-way would be sent again from its start.
    ...(shape === 'single' ? { flushBatchSize: 1 } : {}),
    send: (records, signal) => requests.send(records, signal),
  };
}

class Requests {
  readonly #url: URL;
  readonly #shape: Shape;
  readonly #toTexts: (record: EventRecord) => readonly string[];
  readonly #how: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
    readonly compression: 'gzip' | 'none';
  };

  constructor(url: URL, shape: Shape, options: HttpExporterOptions) {
    const { method = 'POST', headers = {}, timeoutMs = 10_000, compression = 'none' } = options;
    const type = shape === 'lines' ? 'application/x-ndjson' : 'application/json';
    const key = options.apiKey === undefined ? {} : { 'x-api-key': options.apiKey };
    this.#url = url;
    this.#shape = shape;
    this.#toTexts = jsonFormatter(options.format ?? 'leip');
    this.#how = { method, headers: { 'content-type': type, ...headers, ...key }, timeoutMs, compression };
  }

  async send(records: readonly EventRecord[], signal: AbortSignal): Promise<void> {
    const texts = renderBatch(records, this.#toTexts).flat();
    for (const body of this.#bodies(texts)) {
      const answer = await post({ url: this.#url, ...this.#how, body: Buffer.from(body), signal });
      checkAnswer(answer, this.#url, records.length);
    }
  }

  #bodies(texts: readonly string[]): readonly string[] {
    if (this.#shape === 'single' || texts.length === 0) return texts;
    return [this.#shape === 'lines' ? `${texts.join('\n')}\n` : this.#shape(`[${texts.join(',')}]`)];
  }
}

function checkAnswer({ status, retryAfterMs }: PostResponse, url: URL, count: number): void {
  const isThere = status === CONFLICT && count === 1;
  if ((status >= 200 && status < 300) || isThere) return;
  const message = `${targetOf(url)} answered ${status}`;
  if (REFUSED.has(status) || status === CONFLICT) {
    const split = status === 413 ? 'too_large' : 'invalid';
    throw new OtelEventsError('EXPORT_FAILED', message, { reason: `http_${status}`, split });
  }
  const retry = retryAfterMs === undefined ? {} : { afterMs: retryAfterMs };
  throw new OtelEventsError('EXPORT_FAILED', message, { retry });
}

function shapeOf(batch: unknown): Shape {
  const shape = typeof batch === 'function' ? (batch as (events: string) => string) : SHAPES.get(batch);
  if (shape !== undefined) return shape;
  throw new OtelEventsError(
    'OPTION_INVALID',
    "option batch: wanted true, false, 'array', 'lines' or a function",
  );
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
