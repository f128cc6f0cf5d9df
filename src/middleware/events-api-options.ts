import type { ProxyHeader, TrustProxy } from './client-address.ts';

type Data = Readonly<Record<string, unknown>>;

/** Hears of recorded events: which schema they have, their redacted data, and the version of the schema. */
export type RecordedListener = (
  logger: unknown,
  schemaId: string,
  data: Data,
  version?: string,
  versionNumber?: number,
) => void;

/** What of an `EventLogger` the routes use. */
export interface RecordingLogger {
  record(
    schemaId: string,
    version: string | number,
    data: object,
    options?: { readonly timestamp?: Date },
  ): string;
  addListener(listener: RecordedListener): unknown;
  removeListener(listener: RecordedListener): unknown;
}

/** What a client wants: to record an event, or to be sent those that are recorded. */
export type ApiAction = 'record' | 'subscribe';

/** `true`: it may. `false`: it may not (403). `401`: who is it? */
export type Authorization = boolean | 401;

/**
 * Options of the routes for events; all but `events` can be left out.
 * @typeParam Request - what the framework gives: its request, or Koa's and Hono's context
 */
export interface EventsApiOptions<Request> {
  /** Where events are recorded: an `EventLogger` with schemas. */
  readonly events: RecordingLogger;
  /**
   * Whether a client may do what it asks for; asked before its body is read. May be asynchronous. If it throws,
   * the client may not (500). Default: everybody may record, and clients on this machine may subscribe.
   */
  readonly authorize?: (request: Request, action: ApiAction) => Authorization | Promise<Authorization>;
  /** The `$id`s that clients may record. Default: all that are registered. */
  readonly schemas?: readonly string[];
  /** Most bytes of a body. Default 64 KiB. */
  readonly maxBodyBytes?: number;
  /** Most events a minute and client address; `false`: no limit. Default 600. */
  readonly rate?: number | false;
  /** Other origins whose pages may use the routes: `https://shop.example`. Default: none. */
  readonly cors?: readonly string[];
  /** Whether there is a stream of events. Default true. */
  readonly stream?: boolean;
  /** Where the routes are. Default `/api/events`; the stream is at `/subscribe` below it. */
  readonly path?: string;
  /** Which proxies are believed when they say for whom they ask, as of `requestContext`. Default: none. */
  readonly trustProxy?: TrustProxy;
  /** The header those proxies write. Default `x-forwarded-for`. */
  readonly proxyHeader?: ProxyHeader;
}
