import type { Agent } from 'node:http';
import { OtelEventsError } from '../errors.ts';
import { agent as agentCheck, checkNames } from '../options.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import { isHeaderValue, isToken } from '../otlp/http/header-fields.ts';
import { HttpClient } from '../otlp/http/http-client.ts';
import { httpVerdict } from '../otlp/http/http-verdict.ts';
import { type PostResponse, post, targetOf } from '../otlp/http/post.ts';
import { type BatchLimits, batchLimits } from './batch-limits.ts';
import type { Exporter } from './exporter.ts';
import { type Format, jsonFormatter } from './format.ts';
import { type Accepted, checkAccepted } from './http-acceptance.ts';
import { type HttpHeaders, httpHeaders } from './http-headers.ts';
import { renderBatch } from './render-batch.ts';
import { trubricsDelivery } from './trubrics-delivery.ts';

/** Where and how. */
export interface HttpExporterOptions extends BatchLimits {
  readonly url: string;
  /** Default `POST`. */
  readonly method?: string;
  /** A function is asked for each request. */
  readonly headers?: HttpHeaders;
  /** Sent as the header `x-api-key`. */
  readonly apiKey?: string;
  /**
   * `false`: a request for each event, at once. `true` or `array`: a JSON array of the events of a batch.
   * `lines`: a line of JSON for each of them. A function makes the body of such an array, for services that want
   * something around it: ``(events) => `{"batch":${events}}` ``. Default `false`; with the format `trubrics` `true`.
   */
  readonly batch?: boolean | 'array' | 'lines' | ((events: string) => string);
  /**
   * Asked at each answer of 2xx which of the records the server has accepted: for one that says so in its answer, such
   * as with 207. `true` or nothing: all; `false`: none; a list: a boolean for each, or those records themselves. The
   * others are rejected. Default: all.
   */
  readonly accepted?: Accepted;
  /** Default `http:` and the URL, without credentials and query. */
  readonly name?: string;
  /** What is sent of an event. Default `leip`. */
  readonly format?: Format;
  /** Opens the connections, such as through a proxy. Default: as Node.js opens its own. */
  readonly agent?: Agent;
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
  accepted: true,
  batch: true,
  name: true,
  format: true,
  timeoutMs: true,
  agent: true,
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
 * Headers that HTTP cannot carry are an error here, those of a function when they are used: then events wait.
 * @throws OtelEventsError `EXPORT_URL_INVALID` unless the URL is one of http or https; `OPTION_UNKNOWN`,
 *   `OPTION_INVALID`
 */
export function httpExporter(options: HttpExporterOptions): Exporter {
  checkNames('httpExporter', options, KNOWN);
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
  readonly #accepted: Accepted | undefined;
  readonly #client: { readonly client?: HttpClient };
  readonly #headers: () => Promise<Readonly<Record<string, string>>>;
  readonly #type: string;
  readonly #key: Readonly<Record<string, string>>;
  readonly #how: {
    readonly method: string;
    readonly timeoutMs: number;
    readonly compression: 'gzip' | 'none';
  };

  constructor(url: URL, shape: Shape, options: HttpExporterOptions) {
    const {
      method = 'POST',
      headers = {},
      timeoutMs = 10_000,
      compression = 'none',
      accepted,
      agent,
    } = options;
    if (!isToken(method)) throw invalid('method', 'the name of an HTTP method');
    if (accepted !== undefined && typeof accepted !== 'function') throw invalid('accepted', 'a function');
    if (options.apiKey !== undefined && !isHeaderValue(options.apiKey))
      throw invalid('apiKey', 'a text on one line');
    this.#key = options.apiKey === undefined ? {} : { 'x-api-key': options.apiKey };
    this.#type = shape === 'lines' ? 'application/x-ndjson' : 'application/json';
    this.#headers = httpHeaders('httpExporter: option headers', headers);
    if (agent !== undefined && !agentCheck.accepts(agent)) throw invalid('agent', agentCheck.wanted);
    this.#client = agent === undefined ? {} : { client: new HttpClient({}, agent) };
    this.#accepted = accepted;
    this.#url = url;
    this.#shape = shape;
    this.#toTexts = jsonFormatter(options.format ?? 'leip');
    this.#how = { method, timeoutMs, compression };
  }

  async send(records: readonly EventRecord[], signal: AbortSignal): Promise<void> {
    const texts = renderBatch(records, this.#toTexts).flat();
    const target = targetOf(this.#url);
    for (const body of bodiesOf(this.#shape, texts, records.length)) {
      const headers = { 'content-type': this.#type, ...(await this.#headers()), ...this.#key };
      const answer = await post({
        url: this.#url,
        ...this.#how,
        ...this.#client,
        headers,
        body: Buffer.from(body),
        signal,
      });
      checkAnswer(answer, target, records.length);
      const isConflict = answer.status === CONFLICT;
      if (this.#accepted !== undefined && !isConflict)
        await checkAccepted(this.#accepted, answer, records, target);
    }
  }
}

/** A function of the caller's makes a body that it cannot make for one of the records: that one is found, and rejected. */
function bodiesOf(shape: Shape, texts: readonly string[], count: number): readonly string[] {
  if (shape === 'single' || texts.length === 0) return texts;
  if (shape === 'lines') return [`${texts.join('\n')}\n`];
  let body: unknown;
  let cause: unknown;
  try {
    body = shape(`[${texts.join(',')}]`);
  } catch (thrown) {
    cause = thrown;
  }
  if (typeof body === 'string') return [body];
  const message = 'httpExporter: option batch: the function threw, or gave no text';
  const split = count > 1 ? { split: 'invalid' as const } : {};
  throw new OtelEventsError('EXPORT_FAILED', message, { cause, reason: 'batch_failed', ...split });
}

function checkAnswer({ status, retryAfterMs }: PostResponse, target: string, count: number): void {
  const verdict = status === CONFLICT ? (count === 1 ? 'taken' : 'invalid') : httpVerdict(status);
  if (verdict === 'taken') return;
  const message = `${target} answered ${status}`;
  if (verdict === 'too_large' || verdict === 'invalid') {
    throw new OtelEventsError('EXPORT_FAILED', message, { reason: `http_${status}`, split: verdict });
  }
  const retry = retryAfterMs === undefined ? {} : { afterMs: retryAfterMs };
  throw new OtelEventsError('EXPORT_FAILED', message, { retry, reason: `http_${status}` });
}

function invalid(option: string, wanted: string): OtelEventsError {
  return new OtelEventsError('OPTION_INVALID', `httpExporter: option ${option}: wanted ${wanted}`);
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

export type { Acceptance, Accepted, HttpAnswer } from './http-acceptance.ts';
export type { HttpHeaders } from './http-headers.ts';
