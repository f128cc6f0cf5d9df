import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import path from 'node:path';
import { CURSOR_FILE, CursorFile } from './cursor-file.ts';
import { baseOf } from './layout.ts';
import { directoryName, freeName, type Owner } from './owner.ts';

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
    makeDirectory(directory);
    const own = path.join(directory, directoryName(owner));
    mkdirSync(own, { mode: 0o700 });
    try {
      beat(own, Date.now());
      return new Home(own);
    } catch (error) {
      // No space: each attempt has a name of its own, so none may leave a directory behind.
      rmSync(own, { recursive: true, force: true });
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
    // Before the rename: under our name, its old heartbeat would invite the next taker.
    beat(from, nowMs);
    renameSync(from, to);
    try {
      return new Home(to);
    } catch (error) {
      // Under our name nobody else would take it as long as we live.
      renameSync(to, path.join(directory, freeName()));
      throw error;
    }
  }

  /** Whether it is still there. Names never come back: if there is one of this name, it is ours. */
  isOurs(): boolean {
    return existsSync(this.path);
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

/** Node's own recursive one says ENOENT for a read-only or full file system, which helps nobody to mend it. */
function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const parent = path.dirname(directory);
    if (code !== 'ENOENT' || parent === directory) throw error;
    makeDirectory(parent);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }
}

function beat(directory: string, nowMs: number): void {
  const file = path.join(directory, HEARTBEAT_FILE);
  // An owner may have died before it had one.
  closeSync(openSync(file, 'a', 0o600));
  utimesSync(file, nowMs / 1000, nowMs / 1000);
}
