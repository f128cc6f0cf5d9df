import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from '../../serve/refusal.ts';
import { isSameSecret } from '../../serve/same-secret.ts';
import type { Authenticator, Credentials } from './authenticator.ts';

/** Which token is shown, and where. */
export interface BearerTokenOptions {
  readonly header: string;
  /** Before the token; empty: nothing is. */
  readonly scheme: string;
  /** Those that let in; the first one is shown to others. Asked for each request. */
  readonly tokens: () => readonly string[];
}

/** Lets in who shows one of some tokens, and shows the first one itself. @see RFC 6750 */
export class BearerToken implements Authenticator, Credentials {
  readonly #header: string;
  readonly #scheme: string;
  readonly #tokens: () => readonly string[];

  constructor({ header, scheme, tokens }: BearerTokenOptions) {
    this.#header = header.toLowerCase();
    this.#scheme = scheme;
    this.#tokens = tokens;
  }

  authenticate(headers: IncomingHttpHeaders): void {
    const given = headers[this.#header];
    const shown = Array.isArray(given) ? given[0] : given;
    if (!shown) throw new Refusal(401, `missing or empty authorization header: ${this.#header}`);
    // All are compared: the time says nothing of which one it was.
    const found = this.#tokens().filter((token) => isSameSecret(shown, this.#valueOf(token)));
    if (found.length > 0) return;
    throw new Refusal(401, 'provided authorization does not match expected scheme or token');
  }

  headers(): Readonly<Record<string, string>> {
    const [token] = this.#tokens();
    return token === undefined ? {} : { [this.#header]: this.#valueOf(token) };
  }

  #valueOf(token: string): string {
    return this.#scheme === '' ? token : `${this.#scheme} ${token}`;
  }
}
