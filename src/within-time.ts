import vm from 'node:vm';

/** Far more than any honest schema takes for one event. */
const LIMIT_MS = 1000;

/** What {@link withinTime} throws for a call that takes too long. */
export class TookTooLong extends Error {}

const script = new vm.Script('call()');
let sandbox: { call: (() => unknown) | undefined } | undefined;

/**
 * Runs `call` for at most a second. Nothing but the time limit of a script stops a regular expression or a
 * schema that multiplies; it costs a thread, so it is for what may take long only.
 * @throws TookTooLong
 */
export function withinTime<T>(call: () => T): T {
  sandbox ??= vm.createContext({ call: undefined }) as { call: undefined };
  sandbox.call = call;
  try {
    return script.runInContext(sandbox, { timeout: LIMIT_MS }) as T;
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause;
    throw new TookTooLong(`it took more than ${LIMIT_MS} ms`, { cause });
  } finally {
    sandbox.call = undefined;
  }
}
