/** Runs what must not stop its caller: a listener that throws, or a file operation that somebody makes up for. */
export function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // There is nobody left to tell.
  }
}
