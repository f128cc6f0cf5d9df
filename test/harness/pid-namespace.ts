import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';

/** A pid namespace with a /proc of its own, as a container has it. */
export interface PidNamespace {
  /** What to put before a command so that it runs in here as the process of this id. */
  readonly withPid: (pid: number) => readonly string[];
}

const UNSHARE = ['--pid', '--fork', '--mount-proc', '--kill-child'];
/** The next process of the namespace gets the id after this one; so `"$@"` must not be the last command. */
const SCRIPT = 'echo $0 > /proc/sys/kernel/ns_last_pid && "$@"; exit $?';

/** Makes a namespace that lasts as long as the test; tells and skips where this user may not do that. */
export async function pidNamespace(t: TestContext): Promise<PidNamespace | undefined> {
  try {
    execFileSync('unshare', [...UNSHARE, 'true'], { stdio: 'pipe' });
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    t.skip('this user may not make pid namespaces');
    return undefined;
  }
  // Process 1 of the namespace, which ends with it.
  const holder = spawn('unshare', [...UNSHARE, 'sh', '-c', 'echo; exec sleep 1000'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => holder.kill('SIGKILL'));
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  const first = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8').trim();
  return {
    withPid: (pid) => ['nsenter', '--target', first, '--pid', '--mount', 'sh', '-c', SCRIPT, `${pid - 1}`],
  };
}
