import type { BigIntStats } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pause } from '../../pause.ts';
import { wallClockMs, within } from '../../time.ts';
import { type FileChoice, findFiles } from './find-files.ts';
import type { OffsetStore, ReadUpTo } from './offset-store.ts';
import type { Line } from './read-lines.ts';
import { fileAt, nameOf, type ReadingOptions, TrackedFile } from './tracked-file.ts';

/** Which files, how, and what becomes of their lines. */
export interface FileTailOptions extends FileChoice, ReadingOptions {
  /** Of what is there at the start; what comes later is read from its beginning. */
  readonly startAt: 'beginning' | 'end';
  readonly pollIntervalMs: number;
  /** Files that nobody has changed for longer are left alone; 0 for none. */
  readonly maxAgeMs: number;
  /** Open at once. */
  readonly maxFiles: number;
  /** Read all of each file again and again. */
  readonly replays: boolean;
  /** Delete a file that is read to its end. */
  readonly deletes: boolean;
  /** Where to go on after a restart. Default: nowhere is kept. */
  readonly store: OffsetStore | undefined;
  /** @returns whether the line is done with; false at the end */
  readonly take: (path: string, line: Line) => Promise<boolean>;
  readonly onError: (path: string, error: unknown) => void;
}

/** A file that is there. */
interface Found {
  readonly path: string;
  readonly facts: BigIntStats;
}

/** Files that are gone, of which it is known how far they were read. */
const MAX_GONE = 10_000;

/** Files whose lines are handed on at the same time. */
const FILES_AT_ONCE = 4;

/** Reads files as they grow, are rotated, cut short and deleted. */
export class FileTail {
  readonly #options: FileTailOptions;
  readonly #ending = new AbortController();
  /** By name; what changed last is the last. */
  readonly #files = new Map<string, TrackedFile>();
  /** How far files were read that are not there: by an earlier process, or before they went. */
  #known = new Map<string, ReadUpTo>();
  /** Those that are being read, and have to stay open. */
  readonly #busy = new Set<TrackedFile>();
  #running: Promise<void> | undefined;

  constructor(options: FileTailOptions) {
    this.#options = options;
  }

  /** Finds out where to begin, and begins. @throws what the file system throws of the stored places */
  async start(): Promise<void> {
    const { startAt, store } = this.#options;
    if (store !== undefined) this.#known = await store.load();
    // Who has read here before has seen all that was there then.
    await this.#look(startAt === 'end' && this.#known.size === 0);
    this.#running = this.#run();
  }

  /** Reads no further line, and waits for those that are being taken, for at most `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    this.#ending.abort();
    await within(timeoutMs, this.#running ?? Promise.resolve());
    await Promise.allSettled([...this.#files.values()].map((file) => file.close()));
    await this.#options.store?.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#readAll();
      await pause(this.#options.pollIntervalMs, signal);
      if (!signal.aborted) await this.#look(false);
    }
  }

  /** Finds files that are new, and what has become of the others. */
  async #look(passesOver: boolean): Promise<void> {
    const { maxAgeMs, onError } = this.#options;
    const there = new Map<string, Found>();
    for (const path of await this.#find()) {
      const facts = await fileAt(path);
      if (facts === undefined || (maxAgeMs > 0 && wallClockMs() - Number(facts.mtimeMs) > maxAgeMs)) continue;
      there.set(nameOf(facts), { path, facts });
    }
    for (const [name, file] of this.#files) if (!there.has(name)) await this.#finish(file);
    for (const [name, { path, facts }] of there) {
      try {
        const file = this.#files.get(name);
        if (file === undefined) await this.#add(path, facts, there, passesOver);
        else file.seen(path, facts);
      } catch (error) {
        onError(path, error);
      }
    }
  }

  async #find(): Promise<string[]> {
    try {
      return await findFiles(this.#options);
    } catch (error) {
      this.#options.onError(this.#options.include.join(', '), error);
      return [...this.#files.values()].map(({ path }) => path);
    }
  }

  async #add(
    path: string,
    facts: BigIntStats,
    there: ReadonlyMap<string, Found>,
    passesOver: boolean,
  ): Promise<void> {
    const file = await TrackedFile.open(path, facts, this.#options);
    const earlier = await this.#earlierOf(file, there);
    if (earlier !== undefined) {
      file.offset = earlier.offset;
      // One that was cut short meanwhile begins anew.
      await file.lookAtHead();
    } else if (passesOver) await file.passOver();
    this.#files.set(file.name, file);
    await this.#keep(file);
    await this.#closeSome();
  }

  /** How far the file was read under its number, or under another one that is gone: it was copied, or packed. */
  async #earlierOf(file: TrackedFile, there: ReadonlyMap<string, Found>): Promise<ReadUpTo | undefined> {
    const own = this.#known.get(file.name);
    this.#known.delete(file.name);
    if (own !== undefined && file.isLike(own.head)) return own;
    for (const [name, one] of [...this.#known, ...this.#files]) {
      const found = there.get(name);
      // One that was cut short was copied before.
      const isGone = found === undefined || found.facts.size < one.offset;
      if (!isGone || !file.isLike(one.head)) continue;
      this.#known.delete(name);
      if (found === undefined) await this.#options.store?.forget(name);
      return { offset: one.offset, head: one.head };
    }
    return undefined;
  }

  /** One that is no longer where files are looked for: what is left in it is read, then it is let go of. */
  async #finish(file: TrackedFile): Promise<void> {
    const { store, onError } = this.#options;
    try {
      if (file.isOpen && !(await this.#read(file))) return;
      if (await file.isDeleted()) await store?.forget(file.name);
      else await store?.release(file.name);
    } catch (error) {
      onError(file.path, error);
    }
    this.#files.delete(file.name);
    await file.close();
    this.#known.set(file.name, { offset: file.offset, head: file.head });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_GONE && oldest !== undefined) this.#known.delete(oldest);
  }

  async #readAll(): Promise<void> {
    const files = [...this.#files.values()];
    const work = async (): Promise<void> => {
      for (let file = files.shift(); file !== undefined; file = files.shift()) {
        if (this.#ending.signal.aborted) return;
        await this.#readChanged(file);
      }
    };
    await Promise.all(Array.from({ length: FILES_AT_ONCE }, work));
  }

  async #readChanged(file: TrackedFile): Promise<void> {
    const { replays, deletes, onError, store } = this.#options;
    if (replays) file.rewind();
    if (!file.hasMore) return;
    this.#busy.add(file);
    try {
      await file.lookAtHead();
      this.#files.delete(file.name);
      this.#files.set(file.name, file);
      if (!(await this.#read(file))) return;
      if (!deletes || !(await file.isDone())) return;
      const facts = await fileAt(file.path);
      // Another one may have come to its place.
      if (facts !== undefined && nameOf(facts) === file.name) await rm(file.path);
      this.#files.delete(file.name);
      await file.close();
      await store?.forget(file.name);
    } catch (error) {
      onError(file.path, error);
    } finally {
      this.#busy.delete(file);
      await this.#closeSome();
    }
  }

  /** @returns whether all lines that are there are done with */
  async #read(file: TrackedFile): Promise<boolean> {
    for await (const line of file.lines()) {
      if (this.#ending.signal.aborted || !(await this.#options.take(file.path, line))) return false;
      // Kept when the line is done with: who dies in between takes it again, and none is passed over.
      file.offset = line.end;
      await this.#keep(file);
    }
    return true;
  }

  async #keep(file: TrackedFile): Promise<void> {
    if (this.#options.replays) return;
    try {
      await this.#options.store?.write(file.name, file);
    } catch (error) {
      this.#options.onError(file.path, error);
    }
  }

  async #closeSome(): Promise<void> {
    const open = [...this.#files.values()].filter(({ isOpen }) => isOpen);
    const tooMany = open.slice(0, Math.max(0, open.length - this.#options.maxFiles));
    for (const file of tooMany) {
      if (this.#busy.has(file)) continue;
      await file.close();
      await this.#options.store?.release(file.name);
    }
  }
}
