/**
 * What a status says of a request: `taken`; `later`, the same request may be sent again; `too_large` and `invalid`,
 * something in it is refused; `hold`, the server talks to nobody who asks like this (a URL, a token), or is broken.
 */
export type HttpVerdict = 'taken' | 'later' | 'too_large' | 'invalid' | 'hold';

const VERDICTS: ReadonlyMap<number, HttpVerdict> = new Map([
  // OTLP specification, "Retryable Response Codes".
  [429, 'later'],
  [502, 'later'],
  [503, 'later'],
  [504, 'later'],
  [400, 'invalid'],
  [413, 'too_large'],
  [422, 'invalid'],
]);

/** The one place that reads a status. Redirects are not followed: they hold. */
export function httpVerdict(status: number): HttpVerdict {
  if (status >= 200 && status < 300) return 'taken';
  return VERDICTS.get(status) ?? 'hold';
}

/** Request timeout, and too early. Other answers below 500 only somebody can mend, such as by another URL or token. */
const MAY_PASS: ReadonlySet<number> = new Set([408, 425]);

/** Whether time may mend what a status says of the request or the server. */
export function mayPass(status: number): boolean {
  return httpVerdict(status) === 'later' || status >= 500 || MAY_PASS.has(status);
}

/** Of codes of gRPC: those that are about the request. */
const OF_GRPC: ReadonlyMap<string | undefined, HttpVerdict> = new Map([
  ['grpc_3', 'invalid'],
  ['grpc_8', 'too_large'],
]);

/** The verdict of the status in the reason of an error, such as `http_400` or `grpc_3`. */
export function verdictIn(reason: string | undefined): HttpVerdict | undefined {
  const ofGrpc = OF_GRPC.get(reason);
  if (ofGrpc !== undefined) return ofGrpc;
  const [, status] = /^http_(\d{3})$/.exec(reason ?? '') ?? [];
  return status === undefined ? undefined : httpVerdict(Number(status));
}
