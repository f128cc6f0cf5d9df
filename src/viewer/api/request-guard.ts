import type { IncomingMessage } from 'node:http';
import { cookieValue } from '../../serve/cookie-value.ts';
import { Refusal } from '../../serve/refusal.ts';
import { isSameSecret } from '../../serve/same-secret.ts';

/** Who may ask a viewer. */
export interface GuardOptions {
  /** Names that it is reached by, without port; undefined: by any, which needs a token. */
  readonly hosts: readonly string[] | undefined;
  readonly scheme: 'http' | 'https';
  /** What has to be shown for data; undefined: nothing. */
  readonly token: string | undefined;
}

const COOKIE = 'otel-events-viewer';

const HOW_TO_SHOW =
  'open the address with ?token= that it printed when it was started last (programs: Authorization: Bearer TOKEN)';

/** From the page itself, or typed by its user. */
const OWN_SITES: ReadonlySet<unknown> = new Set([undefined, 'same-origin', 'none']);

/** Keeps out who must not read what is stored: other sites' pages, and who has no token. */
export class RequestGuard {
  readonly #hosts: ReadonlySet<string> | undefined;
  readonly #scheme: string;
  readonly #token: string | undefined;

  constructor({ hosts, scheme, token }: GuardOptions) {
    this.#hosts = hosts && new Set(hosts.map((host) => host.toLowerCase()));
    this.#scheme = scheme;
    this.#token = token;
  }

  /**
   * Looks at where a request comes from. A name that points to this machine for a moment (DNS rebinding) is told by the
   * `Host`, a page of another site by what browsers say of it.
   * @param isData - of what is stored, and no file of the page
   * @throws Refusal 403
   */
  checkOrigin({ headers }: IncomingMessage, isData: boolean): void {
    const { host = '', origin } = headers;
    const name = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
    if (name === '' || (this.#hosts !== undefined && !this.#hosts.has(name)))
      throw new Refusal(403, 'the viewer is not reached by that name; use the address that it has printed');
    if (origin !== undefined && origin.toLowerCase() !== `${this.#scheme}://${host.toLowerCase()}`)
      throw new Refusal(403, 'asked by a page of another origin');
    if (OWN_SITES.has(headers['sec-fetch-site'])) return;
    // A link somewhere may lead to the page, and to nothing else.
    const isLink = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
    if (isData || !isLink) throw new Refusal(403, 'asked by a page of another site');
  }

  /** @throws Refusal 401 */
  checkToken({ headers }: IncomingMessage): void {
    if (this.#token === undefined) return;
    const [, bearer] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
    const shown = bearer ?? cookieValue(headers.cookie ?? '', COOKIE);
    if (shown !== undefined && isSameSecret(shown, this.#token)) return;
    const what =
      shown === undefined ? 'a token is wanted' : 'the token that was shown is not that of this viewer';
    throw new Refusal(401, `${what}: ${HOW_TO_SHOW}`, { 'www-authenticate': 'Bearer' });
  }

  /** The cookie that stands for a token; undefined if it is not the one. */
  cookieFor(token: string): string | undefined {
    if (this.#token === undefined || !isSameSecret(token, this.#token)) return undefined;
    const secure = this.#scheme === 'https' ? '; Secure' : '';
    return `${COOKIE}=${this.#token}; Path=/; HttpOnly; SameSite=Strict${secure}`;
  }
}
