/** What something says that was thrown: code of others threw it, so it may be anything, and throw in turn. */
export function why(cause: unknown): string {
  try {
    return cause instanceof Error ? String(cause.message) : String(cause);
  } catch {
    return 'threw what cannot be read';
  }
}
