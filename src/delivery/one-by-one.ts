import type { OtelEventsError } from '../errors.ts';

/** Errors that may come while one is told; what tells them fails again and again then. */
const MAX_WAITING = 16;

/** Tells of errors one after another: one that comes up while another is told, by who is told, is told after it. */
export function oneByOne(tell: (error: OtelEventsError) => void): (error: OtelEventsError) => void {
  let waiting: OtelEventsError[] | undefined;
  return (error) => {
    if (waiting !== undefined) {
      if (waiting.length < MAX_WAITING) waiting.push(error);
      return;
    }
    waiting = [error];
    try {
      for (const each of waiting) tell(each);
    } finally {
      waiting = undefined;
    }
  };
}

/**
 * Calls a function of the app's that has nothing to answer, such as `onError`.
 * @param onFailure - told what it threw, or what the promise it gave back was rejected with
 * @returns whether it came back
 */
export function callApp(call: () => unknown, onFailure: (cause: unknown) => void): boolean {
  try {
    const result = call();
    // Unhandled, a rejection would end the process.
    if (typeof result === 'object' && result !== null) Promise.resolve(result).catch(onFailure);
    return true;
  } catch (cause) {
    onFailure(cause);
    return false;
  }
}
