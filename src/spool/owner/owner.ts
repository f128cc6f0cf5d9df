import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

/**
 * Who owns a sub-directory. It is written into the name of the directory: so a rename hands the directory
 * over, name and owner at once, and a name, with its random token, never comes back.
 */
export interface Owner {
  /** Of this boot of the machine; empty where it cannot be told. */
  readonly boot: string;
  /** Inode of the pid namespace: a pid means something only within it. */
  readonly namespace: string;
  readonly pid: number;
  /** The operating system's id of the thread (its pid for the main thread), or Node's where there is no /proc. */
  readonly thread: number;
  /** Of the thread, in clock ticks since boot: ids come back, with another start. */
  readonly start: string;
}

const NAME = /^([0-9a-f]*)-(\d+)-(\d+)-(\d+)-(\d+)-([0-9a-f]{16})$/;
const FREE = /^free-[0-9a-f]{16}$/;

/** Who we are: this thread of this process. */
export function currentOwner(): Owner {
  const thread = readThread();
  return {
    boot: readQuietly('/proc/sys/kernel/random/boot_id').replace(/[^0-9a-f]/g, ''),
    namespace: /\d+/.exec(readLinkQuietly('/proc/self/ns/pid'))?.[0] ?? '0',
    pid: process.pid,
    thread,
    start: startOf(process.pid, thread) ?? '0',
  };
}

/** A new directory name for `owner`. */
export function directoryName({ boot, namespace, pid, thread, start }: Owner): string {
  return `${boot}-${namespace}-${pid}-${thread}-${start}-${newToken()}`;
}

/** A directory name that says: whoever wants it may have it. */
export function freeName(): string {
  return `free-${newToken()}`;
}

/** Whether `name` is one of a directory that was let go. */
export function isFree(name: string): boolean {
  return FREE.test(name);
}

/** The owner in a directory's name; undefined if the directory is not one of ours. */
export function ownerOf(name: string): Owner | undefined {
  const [whole, boot = '', namespace = '', pid, thread, start = ''] = NAME.exec(name) ?? [];
  return whole === undefined
    ? undefined
    : { boot, namespace, pid: Number(pid), thread: Number(thread), start };
}

/** Whether `owner` lives, as far as its ids can tell: `unknown` from another boot, namespace or without /proc. */
export function fateOf(owner: Owner, us: Owner): 'alive' | 'dead' | 'unknown' {
  if (us.boot === '' || us.start === '0' || owner.start === '0') return 'unknown';
  if (owner.boot !== us.boot || owner.namespace !== us.namespace) return 'unknown';
  return startOf(owner.pid, owner.thread) === owner.start ? 'alive' : 'dead';
}

function newToken(): string {
  return randomBytes(8).toString('hex');
}

function readThread(): number {
  const thread = /\/task\/(\d+)/.exec(readLinkQuietly('/proc/thread-self'))?.[1];
  return thread === undefined ? threadId : Number(thread);
}

/** The start time is field 22; the name of the process, field 2, may hold spaces and parentheses. */
function startOf(pid: number, thread: number): string | undefined {
  const fields = readQuietly(`/proc/${pid}/task/${thread}/stat`).split(') ').at(-1)?.split(' ');
  // A zombie holds its ids and nothing else.
  return fields?.[0] === 'Z' ? undefined : fields?.[19];
}

function readQuietly(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function readLinkQuietly(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
