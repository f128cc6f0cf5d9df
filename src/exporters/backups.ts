import { open, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** When a file is set aside, and how long it is kept; the OpenTelemetry Collector's `rotation`. */
export interface Rotation {
  readonly maxBytes: number;
  /** A file that was made so long ago is set aside before the next line. Default: it may grow old. */
  readonly maxAgeMs?: number;
  /** Backups older than this are removed; 0 keeps them. */
  readonly maxDays: number;
  /** Backups beyond this number are removed, oldest first; 0 keeps them. */
  readonly maxBackups: number;
  /** Names carry local time instead of UTC. */
  readonly localTime: boolean;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Here only a time; the OpenTelemetry Collector adds why, such as `-size`. */
const STAMP = /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.\d{3}(-[a-z]+)?$/;

/** Gives the file a name such as `events-2026-11-22T04-18-53.123.jsonl`, which no backup has. */
export async function setAside(file: string, localTime: boolean, nowMs = Date.now()): Promise<void> {
  const backup = await reserveBackup(file, localTime, nowMs);
  try {
    await rename(file, backup);
  } catch (error) {
    await rm(backup, { force: true });
    // Another process has set it aside.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/**
 * Takes a free name by making an empty file of it. Two rotations in one millisecond must not take the same one,
 * here or in another process: a rename would replace a backup.
 */
async function reserveBackup(file: string, localTime: boolean, nowMs: number): Promise<string> {
  for (let ms = nowMs; ; ms++) {
    const candidate = backupPath(file, toStamp(ms, localTime));
    try {
      await (await open(candidate, 'wx', 0o600)).close();
      return candidate;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Removes the backups of `file` that are too many or too old, by the time in their names. */
export async function pruneBackups(file: string, rotation: Rotation, nowMs = Date.now()): Promise<void> {
  const { maxBackups, maxDays, localTime } = rotation;
  const newestFirst = (await listBackups(file)).sort().reverse();
  const oldest = maxDays === 0 ? '' : toStamp(nowMs - maxDays * DAY_MS, localTime);
  for (const [index, stamp] of newestFirst.entries()) {
    const isTooMany = maxBackups > 0 && index >= maxBackups;
    if (isTooMany || stamp < oldest) await rm(backupPath(file, stamp), { force: true });
  }
}

/** The stamps of the backups of `file`; in order of time when sorted. */
async function listBackups(file: string): Promise<string[]> {
  const { dir, name, ext } = path.parse(file);
  const names = await readdir(dir === '' ? '.' : dir);
  return names
    .filter((entry) => entry.startsWith(`${name}-`) && entry.endsWith(ext))
    .map((entry) => entry.slice(name.length + 1, entry.length - ext.length))
    .filter((stamp) => STAMP.test(stamp));
}

function backupPath(file: string, stamp: string): string {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}-${stamp}${ext}`);
}

function toStamp(ms: number, localTime: boolean): string {
  const offsetMs = localTime ? new Date(ms).getTimezoneOffset() * 60_000 : 0;
  return new Date(ms - offsetMs).toISOString().slice(0, 23).replaceAll(':', '-');
}
