/** How the answer to a request ended. */
export interface VisitEnd {
  /** Undefined if nothing of an answer was sent. */
  readonly status: number | undefined;
  /** The pattern of the route that answered, where the framework knows it. */
  readonly route: string | undefined;
  /** What the framework's parser made of the body. */
  readonly body: unknown;
  /** Whether the connection went away before all was sent. */
  readonly aborted: boolean;
}

/** One request, as an adapter shows it to what all adapters share. */
export interface Visit {
  readonly method: string;
  /** The request target as it came, query included. */
  readonly target: string;
  /** Of the peer, which may be a proxy. */
  readonly remoteAddress: string | undefined;
  /** The request id that the response has already. */
  readonly givenRequestId: string | undefined;
  /** @param name - in lower case */
  header(name: string): string | undefined;
  /**
   * Called inside the context, before anything else runs in it.
   * @param onEnd - to be called once, inside the context, when the answer has ended
   */
  begin(requestId: string, onEnd: ((end: VisitEnd) => void) | undefined): void;
}
