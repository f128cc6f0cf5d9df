import types from 'node:util/types';
import { OtelEventsError } from '../errors.ts';
import type { Issue } from '../issue.ts';
import type { ApiAnswer, ApiCall } from './api-call.ts';
import { ApiRefusal } from './api-refusal.ts';
import { checkEventsApiOptions } from './check-events-api-options.ts';
import { type CallOrigin, checkOrigin } from './check-origin.ts';
import { clientAddress } from './client-address.ts';
import { ClientRate } from './client-rate.ts';
import { EventStream } from './event-stream.ts';
import type { ApiAction, EventsApiOptions, RecordingLogger } from './events-api-options.ts';
import { isLocal } from './is-local.ts';
import { readChunks, tooLarge } from './read-chunks.ts';
import { parseBody, readEventRequest } from './read-event-request.ts';

const MAX_BODY_BYTES = 64 * 1024;
const EVENTS_PER_MINUTE = 600;

/** The longest that a body may take, in milliseconds. */
const BODY_TIMEOUT_MS = 10_000;

/** How long browsers may remember what a preflight said, in seconds. */
const PREFLIGHT_MAX_AGE = '600';

const NO_STORE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
const JSON_HEADERS = { ...NO_STORE, 'content-type': 'application/json; charset=utf-8' };
const STREAM_HEADERS = {
  ...NO_STORE,
  'content-type': 'text/event-stream; charset=utf-8',
  // Or a compressing middleware holds events back.
  'cache-control': 'no-store, no-transform',
  // And nginx.
  'x-accel-buffering': 'no',
};

const METHODS: Readonly<Record<ApiAction, string>> = { record: 'POST', subscribe: 'GET' };

/** The routes for events, for all frameworks. */
export class EventsApi<Request> {
  readonly #events: RecordingLogger;
  readonly #authorize: EventsApiOptions<Request>['authorize'];
  readonly #schemas: ReadonlySet<string> | undefined;
  readonly #maxBodyBytes: number;
  readonly #rate: ClientRate | undefined;
  readonly #origins: ReadonlySet<string>;
  readonly #addressOf: (call: ApiCall<Request>) => string | undefined;
  readonly #stream: EventStream | undefined;
  #hasFailed = false;
  /** Where events are recorded. */
  readonly path: string;
  /** Where events are sent from. */
  readonly streamPath: string;

  /** @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID` */
  constructor(options: EventsApiOptions<Request>) {
    checkEventsApiOptions(options as EventsApiOptions<never>);
    const { events, rate = EVENTS_PER_MINUTE, stream = true, path = '/api/events' } = options;
    const { trustProxy = false, proxyHeader = 'x-forwarded-for' } = options;
    const addressOf = clientAddress(trustProxy, proxyHeader);
    this.#events = events;
    this.#authorize = options.authorize;
    this.#schemas = options.schemas && new Set(options.schemas);
    this.#maxBodyBytes = options.maxBodyBytes ?? MAX_BODY_BYTES;
    this.#rate = rate === false ? undefined : new ClientRate(rate);
    this.#origins = new Set(options.cors);
    this.#addressOf = (call) => addressOf(call.remoteAddress, call.header(proxyHeader));
    this.#stream = stream ? new EventStream(events) : undefined;
    this.path = path;
    this.streamPath = `${path}/subscribe`;
  }

  /** What a path is for; undefined: it is not one of these routes. */
  actionOf(path: string): ApiAction | undefined {
    if (path === this.path) return 'record';
    return path === this.streamPath && this.#stream !== undefined ? 'subscribe' : undefined;
  }

  /** Answers a request for one of the routes. Never rejects. */
  async answer(call: ApiCall<Request>, action: ApiAction): Promise<ApiAnswer> {
    let cors: CallOrigin['headers'] = {};
    try {
      const origin = checkOrigin(call, this.#origins);
      cors = origin.headers;
      if (call.method === 'OPTIONS') return empty(204, { ...cors, ...preflight(METHODS[action]) });
      if (call.method !== METHODS[action]) throw wrongMethod(METHODS[action]);
      if (action === 'subscribe') return await this.#subscribe(call, cors);
      await this.#record(call, origin.isKnown);
      return empty(204, cors);
    } catch (error) {
      return refuse(error instanceof ApiRefusal ? error : this.#failed(error), cors);
    }
  }

  /** Ends all streams. */
  close(): void {
    this.#stream?.close();
  }

  async #record(call: ApiCall<Request>, isKnownOrigin: boolean): Promise<void> {
    this.#count(call);
    checkHeaders(call, isKnownOrigin, this.#maxBodyBytes);
    await this.#check(call, 'record');
    const body = parseBody(await this.#bodyOf(call));
    const { schemaId, version, data, timestamp } = readEventRequest(body, Date.now());
    if (this.#schemas !== undefined && !this.#schemas.has(schemaId)) throw unknownSchema();
    try {
      this.#events.record(schemaId, version, data, timestamp === undefined ? {} : { timestamp });
    } catch (error) {
      throw refusalOf(error) ?? error;
    }
  }

  async #subscribe(call: ApiCall<Request>, cors: CallOrigin['headers']): Promise<ApiAnswer> {
    await this.#check(call, 'subscribe');
    const client = this.#stream?.open(() => call.isClosing());
    if (client === undefined) {
      const message = 'there are too many clients';
      throw new ApiRefusal(503, 'TOO_MANY_CLIENTS', message, { headers: { 'retry-after': '30' } });
    }
    return { status: 200, headers: { ...cors, ...STREAM_HEADERS }, body: client, isUnread: false };
  }

  /** Before anything that costs more. */
  #count(call: ApiCall<Request>): void {
    const seconds = this.#rate?.take(this.#addressOf(call)) ?? 0;
    if (seconds === 0) return;
    const headers = { 'retry-after': String(seconds) };
    throw new ApiRefusal(429, 'TOO_MANY_EVENTS', 'this client sends too many events', {
      headers,
      isUnread: true,
    });
  }

  async #check(call: ApiCall<Request>, action: ApiAction): Promise<void> {
    if (this.#authorize === undefined) {
      if (action === 'record' || isLocal(call)) return;
      throw new ApiRefusal(403, 'FORBIDDEN', 'without the option authorize the stream is for this machine');
    }
    const verdict: unknown = await this.#authorize(call.request, action);
    if (verdict === true) return;
    if (verdict === 401) throw new ApiRefusal(401, 'UNAUTHORIZED', 'who is it?', { isUnread: true });
    throw new ApiRefusal(403, 'FORBIDDEN', 'this client may not do this', { isUnread: true });
  }

  async #bodyOf(call: ApiCall<Request>): Promise<unknown> {
    if (!call.isBodyTaken) return readChunks(call.chunks(), this.#maxBodyBytes, BODY_TIMEOUT_MS);
    const taken = await call.takenBody();
    if (bytesOf(taken) > this.#maxBodyBytes) throw tooLarge(this.#maxBodyBytes);
    return taken;
  }

  /** Not the client's fault, so it is told nothing; said once, without the message, which may hold anything. */
  #failed(cause: unknown): ApiRefusal {
    if (!this.#hasFailed) {
      this.#hasFailed = true;
      const message = `eventsApi: a request failed: ${nameOf(cause)}; this is said once`;
      process.emitWarning(message, 'OtelEventsWarning');
    }
    return new ApiRefusal(500, 'INTERNAL', 'the request could not be handled', { isUnread: true });
  }
}

/** An app's callback may throw anything, also what cannot be looked at. */
function nameOf(cause: unknown): string {
  try {
    if (cause instanceof OtelEventsError) return cause.code;
    return String((cause as Error | undefined)?.name ?? typeof cause);
  } catch {
    return typeof cause;
  }
}

/** JSON that no page can send without asking first; text only from pages that are known, for `sendBeacon`. */
function checkHeaders(call: ApiCall<unknown>, isKnownOrigin: boolean, maxBodyBytes: number): void {
  const [type = ''] = (call.header('content-type') ?? '').toLowerCase().split(';');
  const isTaken = type.trim() === 'application/json' || (type.trim() === 'text/plain' && isKnownOrigin);
  const encoding = call.header('content-encoding') ?? 'identity';
  if (!isTaken || (encoding !== 'identity' && !call.isBodyTaken)) {
    const message =
      'wanted application/json without an encoding, or text/plain from a page of a known origin';
    throw new ApiRefusal(415, 'BODY_TYPE', message, { isUnread: true });
  }
  if (Number(call.header('content-length') ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes);
}

function bytesOf(taken: unknown): number {
  if (types.isUint8Array(taken)) return taken.length;
  return Buffer.byteLength(typeof taken === 'string' ? taken : (JSON.stringify(taken) ?? ''));
}

/** What a client can do something about; the logger's own messages may name what only the app should know. */
function refusalOf(error: unknown): ApiRefusal | undefined {
  if (!(error instanceof OtelEventsError)) return undefined;
  if (error.code === 'SCHEMA_UNKNOWN') return unknownSchema();
  if (error.code !== 'EVENT_INVALID') return undefined;
  const { issues = [] } = error as { readonly issues?: readonly Issue[] };
  return new ApiRefusal(400, 'EVENT_INVALID', 'the data do not fit the schema', { issues });
}

function unknownSchema(): ApiRefusal {
  return new ApiRefusal(400, 'SCHEMA_UNKNOWN', 'there is no such schema and version', { issues: [] });
}

function wrongMethod(allow: string): ApiRefusal {
  const headers = { allow: `${allow}, OPTIONS` };
  return new ApiRefusal(405, 'METHOD', `wanted ${allow}`, { headers, isUnread: true });
}

function preflight(method: string): Readonly<Record<string, string>> {
  return {
    allow: `${method}, OPTIONS`,
    'access-control-allow-methods': method,
    'access-control-allow-headers': 'Content-Type, Authorization',
    'access-control-max-age': PREFLIGHT_MAX_AGE,
  };
}

function empty(status: number, headers: Readonly<Record<string, string>>): ApiAnswer {
  return { status, headers: { ...headers, ...NO_STORE }, body: undefined, isUnread: false };
}

function refuse({ status, code, message, issues, headers, isUnread }: ApiRefusal, cors: object): ApiAnswer {
  const body = JSON.stringify({ code, message, ...(issues && { issues }) });
  return { status, headers: { ...cors, ...JSON_HEADERS, ...headers }, body, isUnread };
}
