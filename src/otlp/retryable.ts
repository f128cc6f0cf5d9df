/** Answers after which the same request may be sent again. @see OTLP specification, "Retryable Response Codes" */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function isRetryable(status: number): boolean {
  return RETRYABLE.has(status);
}

/** Answers that only somebody can mend, such as by another URL or token, are not among them. */
const MAY_PASS: ReadonlySet<number> = new Set([408, 425]);

/** Whether time may mend what a status says of the request or the server. */
export function mayPass(status: number): boolean {
  return isRetryable(status) || status >= 500 || MAY_PASS.has(status);
}
