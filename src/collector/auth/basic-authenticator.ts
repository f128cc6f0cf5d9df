import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from '../../serve/refusal.ts';
import type { Authenticator } from './authenticator.ts';
import type { Htpasswd } from './htpasswd.ts';

/** Lets in who shows a user and the password of that. @see RFC 7617 */
export class BasicAuthenticator implements Authenticator {
  readonly #users: Htpasswd;

  constructor(users: Htpasswd) {
    this.#users = users;
  }

  async authenticate({ authorization }: IncomingHttpHeaders): Promise<void> {
    if (!authorization) throw new Refusal(401, 'no basic auth provided');
    const [, encoded] = /^basic (.*)$/i.exec(authorization) ?? [];
    if (encoded === undefined) throw new Refusal(401, 'invalid authorization scheme prefix');
    const text = Buffer.from(encoded, 'base64').toString();
    const colon = text.indexOf(':');
    if (colon < 0) throw new Refusal(401, 'invalid authorization format');
    if (await this.#users.has(text.slice(0, colon), text.slice(colon + 1))) return;
    throw new Refusal(401, 'invalid credentials');
  }
}
