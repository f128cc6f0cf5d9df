import type { OtelEventsError } from '../errors.ts';
import type { EventLogger } from '../logger/event-logger.ts';
import type { ProxyHeader, TrustProxy } from './client-address.ts';

/** Who asks. */
export interface RequestUser {
  readonly userId?: string | number | undefined;
  readonly username?: string | undefined;
}

/** What events of requests say. */
export interface RequestEventOptions {
  /** Default `http.request`. */
  readonly name?: string;
  /** Also the body, if the framework has parsed it: objects and arrays, secrets masked. Default false. */
  readonly body?: boolean;
  /** Most bytes of the body as JSON; what goes beyond is left out, what stays is whole. Default 512. */
  readonly maxBodyBytes?: number;
  /** Keys of body and query whose values are masked, beside those that are always. */
  readonly maskKeys?: readonly string[];
  /** Also the query, secrets masked. Default false. */
  readonly query?: boolean;
}

/**
 * Options of the middleware; all but `events` can be left out.
 * @typeParam Request - what the framework gives: its request, or Koa's and Hono's context
 */
export interface RequestContextOptions<Request> {
  /** Whose events get the context; its parent and children share it. */
  readonly events: EventLogger;
  /** Who asks, as far as that is known when the middleware runs. May be asynchronous; the request waits. */
  readonly user?: (request: Request) => RequestUser | undefined | Promise<RequestUser | undefined>;
  /** The id of the session; events get its hash. May be asynchronous; the request waits. */
  readonly session?: (request: Request) => string | undefined | Promise<string | undefined>;
  /** The name of the cookie that holds the session's id; events get its hash. Default: none. */
  readonly sessionCookie?: string;
  /**
   * Which proxies are believed when they say for whom they ask: none (false, default), so many in a row, or
   * those at these addresses and networks.
   */
  readonly trustProxy?: TrustProxy;
  /** The header those proxies write. Default `x-forwarded-for`. */
  readonly proxyHeader?: ProxyHeader;
  /** Paths of which no event of the request is made: patterns, or the beginnings of paths. */
  readonly ignore?: readonly (string | RegExp)[];
  /** Whether each request is an event of its own, and what that says. Default false. */
  readonly requestEvents?: boolean | RequestEventOptions;
  /** Told once each that `user`, `session` or loading a session failed. Default: a warning of the process. */
  readonly onError?: (error: OtelEventsError) => void;
}
