import {
  accessSync,
  constants,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { makeDirectory } from '../../make-directory.ts';
import { wallClockMs } from '../../time.ts';
import { closeQuietly } from '../disk/close-quietly.ts';
import { QUARANTINE_DIRECTORY } from '../disk/damage-files.ts';
import { isForWant } from '../disk/is-for-want.ts';
import { isThere } from '../disk/is-there.ts';
import { quietly } from '../disk/quietly.ts';
import { CURSOR_FILE, CursorFile } from '../log/cursor-file.ts';
import { baseOf } from '../log/layout.ts';
import { directoryName, freeName, isFree, type Owner, ownerOf } from './owner.ts';

/** Its mtime is the heartbeat. */
export const HEARTBEAT_FILE = 'heartbeat';

/** A sub-directory that we own, as long as it is there under its name. */
export class Home {
  readonly path: string;
  readonly cursors: CursorFile;

  private constructor(directory: string) {
    this.path = directory;
    this.cursors = new CursorFile(directory);
  }

  /** Makes a sub-directory of `directory` for `owner`. @throws what the file system throws */
  static make(directory: string, owner: Owner): Home {
    makeDirectory(directory, 0o700);
    const own = path.join(directory, directoryName(owner));
    mkdirSync(own, { mode: 0o700 });
    try {
      beat(own, wallClockMs());
      return new Home(own);
    } catch (error) {
      // No space: each attempt has a name of its own, so none may leave a directory behind.
      quietly(() => rmSync(own, { recursive: true, force: true }));
      throw error;
    }
  }

  /**
   * Takes the sub-directory `name` of `directory` from an owner that is dead: one rename, which only one of
   * many takers can win.
   * @throws what the file system throws, `ENOENT` if another one was faster
   */
  static take(directory: string, name: string, owner: Owner, nowMs: number): Home {
    const [from, to] = [path.join(directory, name), path.join(directory, directoryName(owner))];
    for (const file of [HEARTBEAT_FILE, CURSOR_FILE])
      if (isForeign(path.join(from, file))) setAside(from, file);
    // Before the rename: under our name, its old heartbeat would invite the next taker.
    forced(from, HEARTBEAT_FILE, () => beat(from, nowMs));
    renameSync(from, to);
    try {
      return forced(to, CURSOR_FILE, () => new Home(to));
    } catch (error) {
      // Under our name nobody else would take it as long as we live.
      renameSync(to, path.join(directory, freeName()));
      throw error;
    }
  }

  /**
   * Whether it is still there. Names never come back: if there is one of this name, it is ours.
   * @throws what the file system throws, if it does not say
   */
  isOurs(): boolean {
    return isThere(this.path);
  }

  /** Whether it can be seen under another name: somebody has taken it over, or let it go for whoever comes. */
  wasTaken(): boolean {
    const beside = path.dirname(this.path);
    try {
      return readdirSync(beside)
        .filter((name) => isFree(name) || ownerOf(name) !== undefined)
        .some((name) => this.cursors.isIn(path.join(beside, name)));
    } catch {
      return false;
    }
  }

  /** Tells other namespaces and machines that we live. */
  beat(nowMs: number): void {
    beat(this.path, nowMs);
  }

  /** Leaves it for whoever comes next; nobody has to wait until we are dead. */
  release(): void {
    this.cursors.close();
    renameSync(this.path, path.join(path.dirname(this.path), freeName()));
  }

  /** Removes it; what is not ours in it stays. */
  remove(): void {
    this.cursors.close();
    for (const name of readdirSync(this.path)) {
      const ours = name === HEARTBEAT_FILE || name === CURSOR_FILE || baseOf(name) !== undefined;
      if (ours) rmSync(path.join(this.path, name), { force: true });
    }
    rmdirSync(this.path);
  }
}

function beat(directory: string, nowMs: number): void {
  const file = path.join(directory, HEARTBEAT_FILE);
  try {
    lutimesSync(file, nowMs / 1000, nowMs / 1000);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    // An owner may have died before it had one.
    closeQuietly(openSync(file, 'ax', 0o600));
    lutimesSync(file, nowMs / 1000, nowMs / 1000);
  }
}

/** Does what needs the file `name` in `directory`; where it is unusable, a second time without it. */
function forced<T>(directory: string, name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (isForWant(error) || !setAside(directory, name)) throw error;
    return action();
  }
}

/** Whether something other than a file has the name of one of ours. */
function isForeign(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isFile() === false;
}

/** Puts what is in the way beside the damaged files, for people to look at. @returns whether something was */
function setAside(directory: string, name: string): boolean {
  const quarantine = path.join(path.dirname(directory), QUARANTINE_DIRECTORY);
  try {
    if (lstatSync(path.join(directory, name), { throwIfNoEntry: false }) === undefined) return false;
    accessSync(directory, constants.W_OK);
    makeDirectory(quarantine, 0o700);
    renameSync(path.join(directory, name), path.join(quarantine, `${path.basename(directory)}.${name}`));
    return true;
  } catch {
    return false;
  }
}
