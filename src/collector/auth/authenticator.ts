import type { IncomingHttpHeaders } from 'node:http';

/** Lets requests in that show a secret. */
export interface Authenticator {
  /**
   * Looks at the headers of a request, of HTTP or of gRPC.
   * @throws Refusal 401 if they are not those of a client that may come; 503 if too many are looked at already
   */
  authenticate(headers: IncomingHttpHeaders): void | Promise<void>;
}

/** Shows a secret to a server. */
export interface Credentials {
  /** Headers of the next request, by their names in lower case. */
  headers(): Readonly<Record<string, string>>;
}
