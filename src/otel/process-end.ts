import { isMainThread } from 'node:worker_threads';
import { performance } from '../time.ts';

/** Something with work left when the process ends, however it does. */
export interface EndsWithProcess {
  /** Whether there is something to wait for. */
  hasPending(): boolean;
  /** Flushes, bounded in time. */
  flushAtExit(): Promise<void>;
  /** Brings what is in memory to safety, in this turn; `ending` when no other turn will follow. */
  saveNow?(ending: boolean): void;
}

type Signal = NodeJS.Signals;

const open = new Set<EndsWithProcess>();
const signalled = new Set<EndsWithProcess>();
/** Those that end a process and are meant to: a service manager's, Ctrl-C, a restart by nodemon. */
const SIGNALS: readonly Signal[] = ['SIGTERM', 'SIGINT', 'SIGUSR2'];
/** `tsx` and `ts-node` hand on a SIGINT that the terminal has sent as well: one key, two signals. */
const SAME_SIGNAL_MS = 200;
/** When the flush for a signal began, by `performance.now()`. */
let flushingSinceMs: number | undefined;

/** After what we do there `beforeExit` comes again: a handler of the app's that logs would go on for ever. */
const MAX_ROUNDS = 10;
let rounds = 0;

/**
 * Whether `exit` handlers are running: one that is added now is not called any more. Node says so nowhere else.
 */
function isEnding(): boolean {
  return (process as { readonly _exiting?: boolean })._exiting === true;
}

/**
 * Looks after `target` when the process, or this worker thread, ends: flushes it when the event loop runs dry
 * (timers of ours never keep it running), and saves it when somebody calls `process.exit` or an exception is
 * not caught.
 */
export function watchEnd(target: EndsWithProcess): void {
  if (isEnding()) target.saveNow?.(true);
  if (open.size === 0) {
    rounds = 0;
    process.on('beforeExit', flushPending);
    process.on('exit', saveForGood);
    process.on('uncaughtExceptionMonitor', saveAll);
  }
  open.add(target);
}

/**
 * Flushes `target` on signals that end the process as well: SIGTERM, SIGINT, SIGUSR2. If the app listens to
 * the signal too, its handlers decide what becomes of the process; else the signal's own action follows, after the
 * flush, or at once when another signal comes.
 */
export function watchSignals(target: EndsWithProcess): void {
  if (!isMainThread) return;
  // In front: a handler of the app that listens once would be gone when ours looks for it.
  if (signalled.size === 0) for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  signalled.add(target);
}

/** Ends all that. */
export function forgetEnd(target: EndsWithProcess): void {
  if (signalled.delete(target) && signalled.size === 0) {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
  if (!open.delete(target) || open.size > 0) return;
  process.off('beforeExit', flushPending);
  process.off('exit', saveForGood);
  process.off('uncaughtExceptionMonitor', saveAll);
}

// `beforeExit` comes again after the work it causes; then nothing is pending any more, or it was given up.
function flushPending(): void {
  if (++rounds > MAX_ROUNDS) saveForGood();
  else for (const target of open) if (target.hasPending()) void target.flushAtExit();
}

function saveAll(): void {
  for (const target of open) target.saveNow?.(false);
}

function saveForGood(): void {
  for (const target of open) target.saveNow?.(true);
}

function onSignal(signal: Signal): void {
  saveAll();
  if (flushingSinceMs !== undefined) {
    // A second signal while we wait means: now.
    if (performance.now() - flushingSinceMs > SAME_SIGNAL_MS) raise(signal);
    return;
  }
  const targets = [...signalled].filter((target) => target.hasPending());
  const flushed = Promise.all(targets.map((target) => target.flushAtExit()));
  if (process.listenerCount(signal) > 1) return;
  flushingSinceMs = performance.now();
  void flushed.finally(() => raise(signal));
}

/** The signal again, without us: what it does by default. No `exit` handler is called then, so it is the last moment. */
function raise(signal: Signal): void {
  saveForGood();
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}
