/** Answers after which the same request may be sent again. @see OTLP specification, "Retryable Response Codes" */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function isRetryable(status: number): boolean {
  return RETRYABLE.has(status);
}
