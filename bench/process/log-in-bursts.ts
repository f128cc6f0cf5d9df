import { setImmediate } from 'node:timers/promises';

/** As many events as are logged before the event loop gets its turn. */
export const BURST = 256;

/** Logs the events from number `from` up to, not including, `to`, as fast as the event loop lets it. */
export async function logInBursts(log: (seq: number) => void, from: number, to: number): Promise<void> {
  for (let seq = from; seq < to; ) {
    const end = Math.min(seq + BURST, to);
    for (; seq < end; seq++) log(seq);
    await setImmediate();
  }
}
