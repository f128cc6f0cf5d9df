import { processWide } from '../process-wide.ts';

/** With the one listener: two would each take the other for the app's. */
const shared = processWide('hangup/v1', () => ({ watchers: new Set<() => void>(), hungUp }));
const { watchers } = shared;

/**
 * Calls `reopen` at each SIGHUP, by which log rotators ask for new files.
 *
 * The process has one listener for all of them, as long as there are any. It does not keep the process alive.
 * If nobody else listens, the signal then does what it does without us: it ends the process, as when a terminal
 * is closed. So files are reopened at SIGHUP in an app that listens to the signal too.
 * @returns ends it
 */
export function onHangup(reopen: () => void): () => void {
  // In front: a listener of the app's that listens once would be gone when ours looks for it.
  if (watchers.size === 0) process.prependListener('SIGHUP', shared.hungUp);
  watchers.add(reopen);
  return () => {
    if (watchers.delete(reopen) && watchers.size === 0) process.off('SIGHUP', shared.hungUp);
  };
}

/** Whether a listener of SIGHUP is the one here, and so not the app's. */
export function isOfFiles(listener: unknown): boolean {
  return listener === shared.hungUp;
}

function hungUp(): void {
  for (const reopen of watchers) reopen();
  if (process.listenerCount('SIGHUP') > 1) return;
  process.off('SIGHUP', shared.hungUp);
  process.kill(process.pid, 'SIGHUP');
}
