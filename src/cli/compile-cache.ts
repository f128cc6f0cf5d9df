import { lstatSync } from 'node:fs';
import module from 'node:module';
import { userInfo } from 'node:os';
import path from 'node:path';
import { makeDirectory } from '../make-directory.ts';

/** Whether others may write there. */
const WRITABLE_BY_OTHERS = 0o022;
/** Node.js keeps what it has compiled when it ends; who is killed, or runs for months, has it kept behind its start. */
const KEPT_AFTER_MS = 2_000;

/**
 * Has Node.js keep what it compiles of our files in `.cache/otel-events/compile-cache` of the user's home, and take it from
 * there the next time: a third of what a command takes to start. Where that cannot be made or is not ours alone, everything is
 * compiled as ever. `NODE_COMPILE_CACHE` says another directory, `NODE_DISABLE_COMPILE_CACHE=1` none.
 * @param home - not that of the environment: what is cached runs, and under `sudo` HOME may be somebody else's
 */
export function useCompileCache(home = homeOfUser()): void {
  if (home === undefined || process.env.NODE_COMPILE_CACHE || process.env.NODE_DISABLE_COMPILE_CACHE) return;
  const directory = path.join(home, '.cache', 'otel-events', 'compile-cache');
  try {
    makeDirectory(directory, 0o700);
    const { uid, mode } = lstatSync(directory);
    // Asked for by name it would end the command on an older Node.js, before that can say which one it needs.
    if (uid !== process.getuid?.() || (mode & WRITABLE_BY_OTHERS) !== 0) return;
    module.enableCompileCache(directory);
    setTimeout(() => module.flushCompileCache?.(), KEPT_AFTER_MS).unref();
  } catch {
    // A home that cannot be written, or none: a cache is no reason to fail.
  }
}

/** Undefined for a user whom the system does not know, as in containers. */
function homeOfUser(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}
