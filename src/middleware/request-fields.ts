import { cookieValue } from '../serve/cookie-value.ts';
import { cleanText } from './clean-text.ts';
import type { ClientAddress, ProxyHeader } from './client-address.ts';
import { hashedSession } from './hashed-session.ts';
import { pathOf } from './path-of.ts';
import type { Visit } from './visit.ts';

/** What the context of a request says, under edX's names. What is not known is left out. */
export interface RequestFields {
  /** Hashed, see `hashedSession`. */
  session_id?: string;
  user_id?: string;
  username?: string;
  ip?: string;
  /** Of the `Host` header, without the port. */
  host?: string;
  agent?: string;
  /** Without the query, which can hold secrets. */
  path?: string;
  /** Without its query. */
  referer?: string;
  accept_language?: string;
  /** Of Google Analytics' cookie. */
  client_id?: string;
  request_id?: string;
}

/** How fields are read. */
export interface FieldSettings {
  readonly address: ClientAddress;
  readonly proxyHeader: ProxyHeader;
  readonly sessionCookie: string | undefined;
}

/** The fields of a request that its own bytes tell. */
export function requestFields(visit: Visit, requestId: string, settings: FieldSettings): RequestFields {
  const fields: RequestFields = {};
  const cookies = visit.header('cookie');
  if (cookies !== undefined) readCookies(fields, cookies, settings.sessionCookie);
  put(fields, 'ip', settings.address(visit.remoteAddress, visit.header(settings.proxyHeader)));
  put(fields, 'host', hostOf(visit.header('host') ?? visit.header(':authority')));
  put(fields, 'agent', cleanText(visit.header('user-agent')));
  put(fields, 'path', cleanText(pathOf(visit.target)));
  put(fields, 'referer', refererOf(visit.header('referer')));
  put(fields, 'accept_language', cleanText(visit.header('accept-language')));
  fields.request_id = requestId;
  return fields;
}

function readCookies(fields: RequestFields, cookies: string, sessionCookie: string | undefined): void {
  const session = sessionCookie === undefined ? undefined : cookieValue(cookies, sessionCookie);
  if (session !== undefined && session !== '') fields.session_id = hashedSession(session);
  put(fields, 'client_id', clientIdOf(cookieValue(cookies, '_ga')));
}

function put(fields: RequestFields, key: keyof RequestFields, value: string | undefined): void {
  if (value !== undefined) fields[key] = value;
}

/** `GA1.2.1033501218.1368477899` is version, depth and the client's id. */
function clientIdOf(cookie: string | undefined): string | undefined {
  if (cookie === undefined) return undefined;
  const start = cookie.indexOf('.', cookie.indexOf('.') + 1);
  return start === -1 ? undefined : cleanText(cookie.slice(start + 1), 128);
}

function hostOf(header: string | undefined): string | undefined {
  const host = cleanText(header, 255);
  if (host === undefined) return undefined;
  const colon = host.lastIndexOf(':');
  const name = colon > host.lastIndexOf(']') ? host.slice(0, colon) : host;
  return name.startsWith('[') ? name.slice(1, -1) : name;
}

function refererOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const end = header.search(/[?#]/);
  const page = end === -1 ? header : header.slice(0, end);
  // `https://name:password@host/`: browsers leave it out, others may not.
  return cleanText(page.replace(/^(\w+:\/\/)[^/]*@/, '$1'));
}
