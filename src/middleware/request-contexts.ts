import { randomUUID } from 'node:crypto';
import type { EventLogger } from '../logger/event-logger.ts';
import { performance } from '../time.ts';
import { checkRequestOptions } from './check-request-options.ts';
import { clientAddress } from './client-address.ts';
import { type Identify, identifyWith } from './identify.ts';
import { pathOf } from './path-of.ts';
import type { RequestContextOptions } from './request-context-options.ts';
import { type LogRequest, requestEvent } from './request-event.ts';
import { type FieldSettings, requestFields } from './request-fields.ts';
import type { Visit, VisitEnd } from './visit.ts';

/** Ids that are taken over from a caller: whatever is printable, short and needs no escaping anywhere. */
const SANE_ID = /^[\w.:-]{1,128}$/;

/** What the middlewares of all frameworks share. */
export class RequestContexts<Request> {
  readonly #events: EventLogger;
  readonly #settings: FieldSettings;
  readonly #identify: Identify<Request> | undefined;
  readonly #ignore: readonly (string | RegExp)[];
  readonly #log: LogRequest | undefined;

  /** @throws OtelEventsError `OPTION_UNKNOWN`, `OPTION_INVALID` */
  constructor(options: RequestContextOptions<Request>) {
    checkRequestOptions(options as RequestContextOptions<never>);
    const { events, trustProxy = false, proxyHeader = 'x-forwarded-for', requestEvents = false } = options;
    this.#events = events;
    this.#settings = {
      address: clientAddress(trustProxy, proxyHeader),
      proxyHeader,
      sessionCookie: options.sessionCookie,
    };
    this.#identify = identifyWith(options);
    this.#ignore = [...(options.ignore ?? [])];
    if (requestEvents !== false) {
      this.#log = requestEvent(events, requestEvents === true ? {} : requestEvents);
    }
  }

  /**
   * Handles a request inside its context, at once, or when it is known who asks.
   * @param request - what the app's callbacks are given
   */
  run<T>(visit: Visit, request: Request, handle: () => T): T | Promise<Awaited<T>> {
    const requestId = requestIdOf(visit);
    const fields = requestFields(visit, requestId, this.#settings);
    return this.#events.context('request', fields, () => {
      visit.begin(requestId, this.#onEnd(visit));
      const identified = this.#identify?.(request);
      return identified === undefined ? handle() : (identified.then(() => handle()) as Promise<Awaited<T>>);
    });
  }

  #onEnd(visit: Visit): ((end: VisitEnd) => void) | undefined {
    const log = this.#log;
    if (log === undefined || this.#isIgnored(pathOf(visit.target))) return undefined;
    const startMs = performance.now();
    return (end) => log(visit, end, startMs);
  }

  #isIgnored(path: string): boolean {
    return this.#ignore.some((pattern) =>
      // Unlike `test`, `search` keeps no place in a global pattern.
      typeof pattern === 'string' ? isBelow(path, pattern) : path.search(pattern) !== -1,
    );
  }
}

function requestIdOf(visit: Visit): string {
  const given = visit.givenRequestId ?? visit.header('x-request-id');
  return given !== undefined && SANE_ID.test(given) ? given : randomUUID();
}

/** `/health` is the beginning of `/health/live`, not of `/healthy`. */
function isBelow(path: string, beginning: string): boolean {
  if (!path.startsWith(beginning)) return false;
  return path.length === beginning.length || beginning.endsWith('/') || path[beginning.length] === '/';
}
