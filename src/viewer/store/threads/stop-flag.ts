/** What two threads see of whether somebody still waits: messages are read only when the work is done. */
export type StopFlag = Int32Array<SharedArrayBuffer>;

/** A flag that is set when a signal is aborted. @returns `end`, for when the work is done */
export function flagFor(signal: AbortSignal): { readonly flag: StopFlag; readonly end: () => void } {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const set = (): void => {
    Atomics.store(flag, 0, 1);
  };
  if (signal.aborted) set();
  signal.addEventListener('abort', set, { once: true });
  return { flag, end: () => signal.removeEventListener('abort', set) };
}

/** The flag as the thread that works reads it. */
export function signalFrom(flag: StopFlag): Pick<AbortSignal, 'aborted'> {
  return {
    get aborted() {
      return Atomics.load(flag, 0) === 1;
    },
  };
}
