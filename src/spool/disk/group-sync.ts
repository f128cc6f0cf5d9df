import { close, fsync } from 'node:fs';
import { openDirectory } from './open-directory.ts';

/** What is brought to the disk together. */
interface Group {
  readonly generation: number;
  readonly position: number;
  readonly directories: readonly string[];
}

/**
 * Brings what was written to the disk itself, off the main thread, one group at a time: what is written while
 * a group is under way goes with the next.
 */
export class GroupSync {
  /** Everything before this position has reached the disk. */
  synced: number;
  readonly #onSynced: () => void;
  readonly #onFailed: (error: unknown) => void;
  #position: number;
  #running = false;
  #generation = 0;
  /** Files written since the last group began. */
  #dirty = new Set<number>();
  /** Files to be closed after their last group. */
  #leaving = new Set<number>();
  #directories = new Set<string>();

  constructor(position: number, onSynced: () => void, onFailed: (error: unknown) => void) {
    this.synced = position;
    this.#position = position;
    this.#onSynced = onSynced;
    this.#onFailed = onFailed;
  }

  get isRunning(): boolean {
    return this.#running;
  }

  /** Everything before `position` was written, the last of it to `fd`. */
  wrote(fd: number, position: number): void {
    this.#dirty.add(fd);
    this.#position = position;
    if (!this.#running) this.#start();
  }

  /** A file or directory was made in `directory`: without a sync of that its entry may be missing. */
  entered(directory: string): void {
    this.#directories.add(directory);
  }

  /** `fd` gets no more writes; it is closed when it is synced. */
  leave(fd: number): void {
    if (this.#running || this.#dirty.has(fd)) this.#leaving.add(fd);
    else close(fd, ignored);
  }

  /** Forgets what is under way: the log goes on from `position`, in other files. */
  restart(position: number): void {
    this.#generation++;
    this.synced = position;
    this.#position = position;
    this.#dirty.clear();
    if (!this.#running) this.#closeLeaving();
  }

  #start(): void {
    this.#running = true;
    const group = {
      generation: this.#generation,
      position: this.#position,
      directories: [...this.#directories],
    };
    const fds = [...this.#dirty];
    let failure: unknown;
    try {
      for (const directory of group.directories) {
        const fd = openDirectory(directory);
        if (fd === undefined) continue;
        fds.push(fd);
        this.#leaving.add(fd);
      }
    } catch (error) {
      failure = error;
    }
    this.#dirty.clear();
    this.#directories.clear();
    let left = fds.length;
    for (const fd of fds) {
      fsync(fd, (error) => {
        failure ??= error ?? undefined;
        if (--left === 0) this.#finish(group, failure);
      });
    }
  }

  #finish({ generation, position, directories }: Group, failure: unknown): void {
    this.#running = false;
    if (this.#dirty.size === 0) this.#closeLeaving();
    // Of the files all is written again, but nobody enters these a second time.
    if (failure !== undefined) for (const directory of directories) this.#directories.add(directory);
    if (generation === this.#generation) {
      // Not backwards: a sync on the main thread may have overtaken this one.
      if (failure === undefined) this.synced = Math.max(this.synced, position);
      if (failure === undefined) this.#onSynced();
      else this.#onFailed(failure);
    }
    if (this.#dirty.size > 0 && !this.#running) this.#start();
  }

  #closeLeaving(): void {
    for (const fd of this.#leaving) close(fd, ignored);
    this.#leaving.clear();
  }
}

/** Without a listener, an error of `close` would end the process; what was to be written is synced by then. */
function ignored(): void {}
