import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
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

  constructor(directory: string, us: Owner, now: () => number) {
    this.#directory = directory;
    this.#us = us;
    this.#now = now;
  }

  /** Names of sub-directories to be taken, oldest heartbeat first; never one of `ours`. */
  find(ours: readonly string[]): string[] {
    const names = list(this.#directory).filter((name) => !ours.includes(name));
    for (const name of this.#seen.keys()) if (!names.includes(name)) this.#seen.delete(name);
    return names
      .filter((name) => this.#isDead(name))
      .map((name) => ({ name, mtimeMs: heartbeatOf(path.join(this.#directory, name)) ?? 0 }))
      .sort((a, b) => a.mtimeMs - b.mtimeMs)
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
    const mtimeMs = heartbeatOf(path.join(this.#directory, name));
    if (mtimeMs === undefined) return false;
    if (this.#now() - mtimeMs > STALE_MS) return true;
    const seen = this.#seen.get(name);
    if (seen?.mtimeMs === mtimeMs) return performance.now() - seen.atMs > STALE_MS;
    this.#seen.set(name, { mtimeMs, atMs: performance.now() });
    return false;
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Not there yet, or not readable: nothing to take.
    return [];
  }
}

/** When the owner of a sub-directory was last heard of; undefined if it is gone. */
function heartbeatOf(directory: string): number | undefined {
  const { mtimeMs } =
    statSync(path.join(directory, HEARTBEAT_FILE), { throwIfNoEntry: false }) ??
    statSync(directory, { throwIfNoEntry: false }) ??
    {};
  return mtimeMs;
}
