/** Something with work left when the event loop runs dry. */
export interface ExitFlushable {
  hasPending(): boolean;
  /** Flushes, bounded in time. */
  flushAtExit(): Promise<void>;
}

const open = new Set<ExitFlushable>();

/** Flushes `target` when the process is about to end naturally: timers of ours never keep it alive. */
export function flushAtExit(target: ExitFlushable): void {
  if (open.size === 0) process.on('beforeExit', flushAll);
  open.add(target);
}

/** Ends that. */
export function forgetAtExit(target: ExitFlushable): void {
  open.delete(target);
  if (open.size === 0) process.off('beforeExit', flushAll);
}

// `beforeExit` comes again after the work it causes; then nothing is pending any more, or it was given up.
function flushAll(): void {
  for (const target of open) if (target.hasPending()) void target.flushAtExit();
}
