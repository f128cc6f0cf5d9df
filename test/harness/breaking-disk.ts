import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import type { Seeded } from './seeded.ts';

type Call = (...args: readonly unknown[]) => unknown;

/** Files below a directory, on a disk of this process's own making: it fills up, its syncs fail, its removals are late. */
export interface BreakingDisk {
  /** How many more bytes of segments it takes. */
  room: number;
  /** Whether a file can be made although there is no room for its first byte. */
  hasInodes: boolean;
  failsSync: boolean;
  [Symbol.dispose](): void;
}

const REPLACED = [
  'openSync',
  'mkdirSync',
  'closeSync',
  'close',
  'writeSync',
  'fsyncSync',
  'fsync',
  'unlink',
] as const;

/** Replaces what a spool calls to change its files below `under`; everything else goes the usual way. */
export function breakingDisk(under: string, random: Seeded): BreakingDisk {
  const segments = new Set<number>();
  const real = Object.fromEntries(REPLACED.map((name) => [name, fs[name] as Call]));
  const isOurs = (file: unknown): boolean => typeof file === 'string' && file.startsWith(under);
  const disk: BreakingDisk = {
    room: Number.POSITIVE_INFINITY,
    hasInodes: true,
    failsSync: false,
    [Symbol.dispose]: () => replace(real),
  };
  const makes = (name: string): Call => {
    return (...args) => {
      const [file, flags] = args;
      const isNew = isOurs(file) && flags !== 'r' && !fs.existsSync(String(file));
      if (isNew && disk.room === 0 && !disk.hasInodes) throw failure('ENOSPC');
      const made = real[name]?.(...args);
      if (name === 'openSync' && isOurs(file) && path.extname(String(file)) === '.seg') {
        segments.add(made as number);
      }
      return made;
    };
  };
  const syncs = (fd: unknown): void => {
    if (disk.failsSync && segments.has(fd as number)) throw failure('EIO');
  };
  replace({
    openSync: makes('openSync'),
    mkdirSync: makes('mkdirSync'),
    closeSync: (...args) => {
      segments.delete(args[0] as number);
      return real.closeSync?.(...args);
    },
    close: (...args) => {
      segments.delete(args[0] as number);
      return real.close?.(...args);
    },
    writeSync: (...args) => {
      const [fd, bytes, from, length, at] = args as [number, Buffer, number, number, number];
      if (!segments.has(fd)) return real.writeSync?.(...args);
      const count = Math.min(length, disk.room);
      if (count === 0 && length > 0) throw failure('ENOSPC');
      disk.room -= count;
      return real.writeSync?.(fd, bytes, from, count, at);
    },
    fsyncSync: (...args) => {
      syncs(args[0]);
      return real.fsyncSync?.(...args);
    },
    fsync: (...args) => {
      const [fd, done] = args as [number, (error: Error | null) => void];
      setTimeout(() => {
        try {
          syncs(fd);
          done(null);
        } catch (error) {
          done(error as Error);
        }
      }, random.below(3));
    },
    // The thread pool may be busy.
    unlink: (...args) => setTimeout(() => real.unlink?.(...args), random.below(6)),
  });
  return disk;
}

function replace(calls: Readonly<Record<string, Call>>): void {
  Object.assign(fs, calls);
  syncBuiltinESMExports();
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: a disk that breaks`), { code });
}
