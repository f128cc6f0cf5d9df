import type { StreamClient } from '../serve/stream-client.ts';

/** A request for the routes of events, as an adapter shows it to what all adapters share. */
export interface ApiCall<Request> {
  /** What the app's `authorize` is given. */
  readonly request: Request;
  readonly method: string;
  /** Of the peer, which may be a proxy. */
  readonly remoteAddress: string | undefined;
  /** @param name - in lower case */
  header(name: string): string | undefined;
  /** Whether the app has read the body already. */
  readonly isBodyTaken: boolean;
  /** What the app made of it: parsed, or as text or bytes. May be a promise. */
  takenBody(): unknown;
  /** The body; to be read once. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Whether the server takes no more connections. */
  isClosing(): boolean;
}

/** What is answered. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream goes on until the client or the server ends it. */
  readonly body: string | StreamClient | undefined;
  /** Whether some of the request may be left unread, so that nothing can follow on the connection. */
  readonly isUnread: boolean;
}
