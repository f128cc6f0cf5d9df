import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { tempDir } from './temp-dir.ts';

/** A wall clock for child processes, which can be moved while they run. */
export interface WallClock {
  /** For the environment of a process whose clock it is to be. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets it so many seconds ahead of the true one; negative: behind. */
  readonly set: (aheadS: number) => void;
  /** What it shows, in epoch milliseconds. */
  readonly now: () => number;
}

const SOURCE = path.join(import.meta.dirname, 'wall-clock.c');

/** Tells and skips where there is no C compiler, or no way to replace the functions of a C library. */
export function wallClock(t: TestContext): WallClock | undefined {
  const base = tempDir(t);
  const [shim, file] = [path.join(base, 'wall-clock.so'), path.join(base, 'wall-clock')];
  try {
    if (process.platform !== 'linux') throw new Error('no LD_PRELOAD');
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', shim, SOURCE], {
      stdio: 'pipe',
    });
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    t.skip('the clock of a process cannot be moved here: that takes Linux and a C compiler, cc');
    return undefined;
  }
  let aheadS = 0;
  const set = (seconds: number): void => {
    aheadS = seconds;
    // In place, since processes have it mapped.
    writeFileSync(file, new Uint8Array(BigInt64Array.of(BigInt(seconds)).buffer), { flag: 'r+' });
  };
  writeFileSync(file, new Uint8Array(8));
  return { env: { LD_PRELOAD: shim, WALL_CLOCK: file }, set, now: () => Date.now() + aheadS * 1000 };
}
