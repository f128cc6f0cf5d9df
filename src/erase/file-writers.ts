import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';

/** Without `/proc`: what was changed so shortly ago may be written on. */
const RECENT_MS = 60_000;

/** Of the flags of an open file: for reading only is 0. */
const WRITES = 0o3;

/** Why a file may get more bytes just now; undefined: nobody that can be seen has it open for writing. */
export function whoWrites(file: string): string | undefined {
  const target = realpathSync(file);
  let processes: string[];
  try {
    processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    const isRecent = Date.now() - statSync(file).mtimeMs < RECENT_MS;
    return isRecent ? 'it was changed in the last minute' : undefined;
  }
  const pid = processes.find((each) => Number(each) !== process.pid && writes(each, target));
  return pid === undefined ? undefined : `process ${pid} writes it`;
}

function writes(pid: string, target: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      if (readlinkSync(`/proc/${pid}/fd/${fd}`) !== target) return false;
      const [, flags = '0'] =
        /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')) ?? [];
      return (Number.parseInt(flags, 8) & WRITES) !== 0;
    });
  } catch {
    // It has ended meanwhile, or is another user's.
    return false;
  }
}
