import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { OtelEventsError } from '../../errors.ts';
import { wallClockMs } from '../../time.ts';
import { baseOf } from '../log/layout.ts';
import { DeadOwners } from '../owner/dead-owners.ts';
import { HEARTBEAT_FILE } from '../owner/home.ts';
import { currentOwner, fateOf, isFree, type Owner, ownerOf } from '../owner/owner.ts';

/**
 * Who has a sub-directory. `unknown`: somebody of another boot, machine or pid namespace whose heartbeat is not
 * old enough yet to be called dead.
 */
export type OwnerState = 'living' | 'dead' | 'free' | 'unknown';

/** A sub-directory of a spool, seen from outside. */
export interface SubDirectory {
  readonly path: string;
  readonly name: string;
  /** The random part of the name, which tells it from all others. */
  readonly token: string;
  readonly state: OwnerState;
  /** Of its owner; undefined if it was let go. */
  readonly pid: number | undefined;
  /** Epoch milliseconds; undefined if there is none. */
  readonly heartbeatMs: number | undefined;
}

/** Files beside the sub-directories, such as the quarantine. */
export interface FileCount {
  readonly files: number;
  readonly bytes: number;
}

/**
 * The sub-directories in the configured directory of a spool, oldest heartbeat first. Touches nothing.
 * @throws OtelEventsError `OPTION_INVALID` if the directory cannot be one of a spool
 * @throws what the file system throws if it cannot be read
 */
export function subDirectoriesOf(directory: string): SubDirectory[] {
  const names = readdirSync(directory);
  checkLevel(directory, names);
  const us = currentOwner();
  const dead = new Set(new DeadOwners(directory, us, wallClockMs).find([]));
  return names
    .filter((name) => isFree(name) || ownerOf(name) !== undefined)
    .map((name) => describe(directory, name, us, dead))
    .sort((a, b) => (a.heartbeatMs ?? 0) - (b.heartbeatMs ?? 0) || a.name.localeCompare(b.name));
}

/** How much lies in one of the directories beside, `quarantine` or `dead-letter`; nothing if it is not there. */
export function countFiles(directory: string): FileCount {
  if (!existsSync(directory)) return { files: 0, bytes: 0 };
  const sizes = readdirSync(directory).map(
    (name) => statSync(path.join(directory, name), { throwIfNoEntry: false })?.size ?? 0,
  );
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Whoever points one level too low would be told that there is nothing, which is the worst of answers. */
function checkLevel(directory: string, names: readonly string[]): void {
  const within = names.filter((one) => holdsOwners(path.join(directory, one)));
  if (within.length > 0 && !names.some((one) => isFree(one) || ownerOf(one) !== undefined)) {
    const fix = `give one of them: ${within.map((one) => path.join(directory, one)).join(', ')}`;
    throw new OtelEventsError('OPTION_INVALID', `${directory} is not a spool, but holds some`, { fix });
  }
  const name = path.basename(path.resolve(directory));
  const isOneOf =
    isFree(name) || ownerOf(name) !== undefined || names.some((file) => baseOf(file) !== undefined);
  if (!isOneOf) return;
  const fix = 'give the directory above it';
  throw new OtelEventsError('OPTION_INVALID', `${directory} is one sub-directory of a spool`, { fix });
}

/** Whether it is a spool, as the storage of a collector has one for each exporter. */
function holdsOwners(place: string): boolean {
  if (statSync(place, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  return readdirSync(place).some((one) => isFree(one) || ownerOf(one) !== undefined);
}

function describe(directory: string, name: string, us: Owner, dead: ReadonlySet<string>): SubDirectory {
  const place = path.join(directory, name);
  const owner = ownerOf(name);
  const { mtimeMs } = statSync(path.join(place, HEARTBEAT_FILE), { throwIfNoEntry: false }) ?? {};
  return {
    path: place,
    name,
    token: name.slice(name.lastIndexOf('-') + 1),
    state: stateOf(name, owner, us, dead),
    pid: owner?.pid,
    heartbeatMs: mtimeMs,
  };
}

function stateOf(name: string, owner: Owner | undefined, us: Owner, dead: ReadonlySet<string>): OwnerState {
  if (owner === undefined) return 'free';
  if (dead.has(name)) return 'dead';
  return fateOf(owner, us) === 'alive' ? 'living' : 'unknown';
}
