import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { performance } from '../../time.ts';
import { baseOf } from '../log/layout.ts';
import { HEARTBEAT_FILE } from './home.ts';
import { fateOf, isFree, type Owner, ownerOf } from './owner.ts';

/** Without a heartbeat for this long, an owner that cannot be looked up is dead. */
const STALE_MS = 30_000;

/**
 * Finds sub-directories whose owner is gone. An owner of this boot and pid namespace is looked up: no waiting.
 * Any other one is judged by its heartbeat; if that is wrong (a machine that slept, a clock that jumped), the
 * owner finds its directory gone and takes another, and nothing is lost.
 */
export class DeadOwners {
  readonly #directory: string;
  readonly #us: Owner;
  readonly #now: () => number;
  /** Heartbeats seen, and when by a clock that nobody moves: one from the future may be of a dead owner too. */
  readonly #seen = new Map<string, { readonly mtimeMs: number; readonly atMs: number }>();

  readonly #onUnreadable: (place: string, error: unknown) => void;

  /** @param onUnreadable - is told of what the file system does not let us look at, each time */
  constructor(
    directory: string,
    us: Owner,
    now: () => number,
    onUnreadable: (place: string, error: unknown) => void = () => {},
  ) {
    this.#directory = directory;
    this.#us = us;
    this.#now = now;
    this.#onUnreadable = onUnreadable;
  }

  /** Names of sub-directories to be taken, those with the oldest records first; never one of `ours`. */
  find(ours: readonly string[]): string[] {
    const names = this.#list().filter((name) => !ours.includes(name));
    for (const name of this.#seen.keys()) if (!names.includes(name)) this.#seen.delete(name);
    return names
      .filter((name) => this.#isDead(name))
      .map((name) => ({ name, sinceMs: this.#beginOf(name) ?? this.#heartbeatOf(name) ?? 0 }))
      .sort((a, b) => a.sinceMs - b.sinceMs)
      .map(({ name }) => name);
  }

  #isDead(name: string): boolean {
    if (isFree(name)) return true;
    const owner = ownerOf(name);
    if (owner === undefined) return false;
    const fate = fateOf(owner, this.#us);
    return fate === 'unknown' ? this.#isStale(name) : fate === 'dead';
  }

  #isStale(name: string): boolean {
    const mtimeMs = this.#heartbeatOf(name);
    if (mtimeMs === undefined) return false;
    if (this.#now() - mtimeMs > STALE_MS) return true;
    const seen = this.#seen.get(name);
    if (seen?.mtimeMs === mtimeMs) return performance.now() - seen.atMs > STALE_MS;
    this.#seen.set(name, { mtimeMs, atMs: performance.now() });
    return false;
  }

  /** When the first of its segments was made: taking it over renews its heartbeat, not these. */
  #beginOf(name: string): number | undefined {
    const place = path.join(this.#directory, name);
    try {
      const segments = readdirSync(place).filter((file) => baseOf(file) !== undefined);
      const times = segments.map((file) => {
        const { birthtimeMs = 0, mtimeMs = 0 } =
          lstatSync(path.join(place, file), { throwIfNoEntry: false }) ?? {};
        return birthtimeMs > 0 ? birthtimeMs : mtimeMs;
      });
      return times.length === 0 ? undefined : Math.min(...times);
    } catch {
      // The heartbeat is looked at, and what cannot be read is told there.
      return undefined;
    }
  }

  /** When the owner of a sub-directory was last heard of; undefined if it is gone, or nobody lets us look. */
  #heartbeatOf(name: string): number | undefined {
    const place = path.join(this.#directory, name);
    try {
      const { mtimeMs } =
        lstatSync(path.join(place, HEARTBEAT_FILE), { throwIfNoEntry: false }) ??
        lstatSync(place, { throwIfNoEntry: false }) ??
        {};
      return mtimeMs;
    } catch (error) {
      this.#onUnreadable(place, error);
      return undefined;
    }
  }

  #list(): string[] {
    try {
      return readdirSync(this.#directory);
    } catch (error) {
      // Not there yet: nothing to take.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#onUnreadable(this.#directory, error);
      return [];
    }
  }
}
