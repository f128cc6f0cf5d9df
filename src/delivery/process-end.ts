import { isMainThread } from 'node:worker_threads';
import { isOfFiles } from '../exporters/hangup.ts';
import { processWide } from '../process-wide.ts';
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

/** Those that end a process and are meant to: a service manager's, Ctrl-C, a closed terminal, a restart by nodemon. */
const SIGNALS: readonly Signal[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'];
/** `tsx` and `ts-node` hand on a SIGINT that the terminal has sent as well: one key, two signals. */
const SAME_SIGNAL_MS = 200;

/** After what we do there `beforeExit` comes again: a handler of the app's that logs would go on for ever. */
const MAX_ROUNDS = 10;

interface Ending {
  readonly open: Set<EndsWithProcess>;
  readonly signalled: Set<EndsWithProcess>;
  /** When the flush for a signal began, by `performance.now()`. */
  flushingSinceMs: number | undefined;
  rounds: number;
  readonly listeners: {
    readonly flushPending: () => void;
    readonly saveForGood: () => void;
    readonly saveAll: () => void;
    readonly onSignal: (signal: Signal) => void;
  };
}

/**
 * Shared with a second copy of this package, listeners included: each copy would take those of the other for the app's,
 * or end the process first.
 */
const ending: Ending = processWide('process-end/v1', () => ({
  open: new Set<EndsWithProcess>(),
  signalled: new Set<EndsWithProcess>(),
  flushingSinceMs: undefined,
  rounds: 0,
  listeners: { flushPending, saveForGood, saveAll, onSignal },
}));
const { open, signalled, listeners } = ending;

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
    ending.rounds = 0;
    process.on('beforeExit', listeners.flushPending);
    process.on('exit', listeners.saveForGood);
    process.on('uncaughtExceptionMonitor', listeners.saveAll);
  }
  open.add(target);
}

/**
 * Flushes `target` on signals that end the process as well: SIGTERM, SIGINT, SIGHUP, SIGUSR2. If the app listens to
 * the signal too, its handlers decide what becomes of the process; else the signal's own action follows, after the
 * flush, or at once when another signal comes.
 */
export function watchSignals(target: EndsWithProcess): void {
  if (!isMainThread) return;
  // In front: a handler of the app that listens once would be gone when ours looks for it.
  if (signalled.size === 0) for (const signal of SIGNALS) process.prependListener(signal, listeners.onSignal);
  signalled.add(target);
}

/** Ends all that. */
export function forgetEnd(target: EndsWithProcess): void {
  if (signalled.delete(target) && signalled.size === 0) {
    for (const signal of SIGNALS) process.off(signal, listeners.onSignal);
  }
  if (!open.delete(target) || open.size > 0) return;
  process.off('beforeExit', listeners.flushPending);
  process.off('exit', listeners.saveForGood);
  process.off('uncaughtExceptionMonitor', listeners.saveAll);
}

// `beforeExit` comes again after the work it causes; then nothing is pending any more, or it was given up.
function flushPending(): void {
  if (++ending.rounds > MAX_ROUNDS) saveForGood();
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
  if (ending.flushingSinceMs !== undefined) {
    // A second signal while we wait means: now.
    if (performance.now() - ending.flushingSinceMs > SAME_SIGNAL_MS) raise(signal);
    return;
  }
  const targets = [...signalled].filter((target) => target.hasPending());
  const flushed = Promise.all(targets.map((target) => target.flushAtExit()));
  if (appListens(signal)) return;
  ending.flushingSinceMs = performance.now();
  void flushed.finally(() => raise(signal));
}

function appListens(signal: Signal): boolean {
  return process.listeners(signal).some((each) => each !== listeners.onSignal && !isOfFiles(each));
}

/** The signal again, without us: what it does by default. No `exit` handler is called then, so it is the last moment. */
function raise(signal: Signal): void {
  saveForGood();
  process.off(signal, listeners.onSignal);
  process.kill(process.pid, signal);
}
