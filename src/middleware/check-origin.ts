import type { ApiCall } from './api-call.ts';
import { ApiRefusal } from './api-refusal.ts';

/** Where a request comes from. */
export interface CallOrigin {
  /** Whether a browser said it, and the origin is the server's own or one of the list. */
  readonly isKnown: boolean;
  /** What lets a page of another origin read the answer. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Refuses what a page of another origin has a browser send, unless the origin is listed.
 * @throws ApiRefusal 403
 */
export function checkOrigin(call: ApiCall<unknown>, allowed: ReadonlySet<string>): CallOrigin {
  const origin = call.header('origin');
  if (origin === undefined) {
    // Of a few requests browsers do not tell the origin, but that there is another one.
    if (/^(cross|same)-site$/.test(call.header('sec-fetch-site') ?? '')) throw refused();
    return { isKnown: false, headers: {} };
  }
  const headers = { vary: 'Origin' };
  if (isOwn(origin, call.header('host') ?? call.header(':authority'))) return { isKnown: true, headers };
  if (!allowed.has(origin)) throw refused();
  return {
    isKnown: true,
    headers: {
      ...headers,
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Retry-After',
    },
  };
}

/** Whether a page is of the server that it asks. The scheme is not known: a proxy may end TLS. */
function isOwn(origin: string, host: string | undefined): boolean {
  const page = URL.parse(origin);
  if (page === null || host === undefined) return false;
  return page.host !== '' && URL.parse(`${page.protocol}//${host}`)?.host === page.host;
}

function refused(): ApiRefusal {
  const message = 'pages of this origin may not use these routes';
  return new ApiRefusal(403, 'ORIGIN_NOT_ALLOWED', message, { isUnread: true, headers: { vary: 'Origin' } });
}
