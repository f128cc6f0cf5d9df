import path from 'node:path';
import type { Field } from '../../query/query.ts';
import { storeFiles } from '../file/store-files.ts';
import type { Block } from './block.ts';
import { ByteCache } from './byte-cache.ts';
import { InternedValues } from './interned-values.ts';
import { ReadFile } from './read-file.ts';

export interface ReaderOptions {
  readonly directory: string;
  /** What columns and rows may take in memory. */
  readonly cacheBytes: number;
}

/** What could not be read, and why. */
export interface Damage {
  readonly file: string;
  readonly reason: string;
}

/** Numbers of values are kept in memory while they take no more than such a part of the cache. */
const PART_OF_NUMBERS = 4;

/** All files of a store, for reading. */
export class ReadStore {
  readonly directory: string;
  readonly #cache: ByteCache;
  readonly #maxNumbersBytes: number;
  /** By the field, as JSON. */
  readonly #numbers = new Map<string, InternedValues>();
  #files: ReadFile[] = [];
  /** By the name of the file. */
  readonly #damaged = new Map<string, string>();
  readonly #badBlocks = new Set<string>();
  /** Called before a chunk of rows is read: what it throws ends who reads them. */
  beforeChunk: (() => void) | undefined;

  constructor({ directory, cacheBytes }: ReaderOptions) {
    this.directory = directory;
    this.#cache = new ByteCache(cacheBytes);
    this.#maxNumbersBytes = cacheBytes / PART_OF_NUMBERS;
    this.refreshFiles();
  }

  get files(): readonly ReadFile[] {
    return this.#files;
  }

  /** All blocks that can be read, in order of arrival. */
  get blocks(): readonly Block[] {
    const blocks = this.#files.flatMap((file) => file.blocks);
    return this.#badBlocks.size === 0
      ? blocks
      : blocks.filter((block) => !this.#badBlocks.has(nameOf(block)));
  }

  /** Files that are damaged, and those that are gone without having been removed here. */
  damaged(): Damage[] {
    const damaged = [...this.#damaged].map(([file, reason]) => ({ file, reason }));
    return [...damaged, ...this.#gaps()];
  }

  /** Takes in files that came, and lets go of those that went. */
  refreshFiles(): void {
    const there = storeFiles(this.directory);
    for (const file of this.#files) if (!there.includes(file.path)) file.close();
    this.#files = this.#files.filter((file) => there.includes(file.path));
    // One that could not be read may have been deleted with all others.
    const names = new Set(there.map((file) => path.basename(file)));
    for (const name of this.#damaged.keys()) if (!names.has(name)) this.#damaged.delete(name);
    for (const file of there) if (!this.#files.some((known) => known.path === file)) this.#add(file);
    this.#files.sort((one, other) => one.first - other.first);
    this.refresh();
  }

  /** Takes in what was committed since. */
  refresh(): void {
    for (const file of [...this.#files]) {
      try {
        file.refresh();
      } catch (error) {
        this.#drop(file, error);
      }
    }
  }

  #add(file: string): void {
    try {
      this.#files.push(new ReadFile(file, this.#cache, () => this.beforeChunk?.()));
      this.#damaged.delete(path.basename(file));
    } catch (error) {
      this.#note(file, error);
    }
  }

  #drop(file: ReadFile, error: unknown): void {
    this.#note(file.path, error);
    this.#files = this.#files.filter((one) => one !== file);
    file.close();
  }

  /** Passes over a block from now on. */
  dropBlock(block: Block, error: unknown): void {
    this.#badBlocks.add(nameOf(block));
    this.#note(block.file.path, error);
  }

  #note(file: string, error: unknown): void {
    this.#damaged.set(path.basename(file), error instanceof Error ? error.message : String(error));
  }

  /** Numbers of rows that no file has: in front of each file stands where the one before has ended. */
  #gaps(): Damage[] {
    let expected = this.#files.at(-1)?.counts.removedBelow ?? 0;
    const gaps: Damage[] = [];
    for (const file of this.#files) {
      const hasDamagedBefore = [...this.#damaged.keys()].some((name) => {
        const first = Number(/\d+/.exec(name)?.[0]);
        return first >= expected && first < file.first;
      });
      if (file.first > expected && !hasDamagedBefore) {
        gaps.push({
          file: `events-${String(expected).padStart(12, '0')}.db`,
          reason: `${file.first - expected} rows in front of ${path.basename(file.path)} are gone with their file`,
        });
      }
      expected = file.end;
    }
    return gaps;
  }

  /**
   * Numbers for the values of a field: for all questions the same, as long as they take little memory. To be asked for once in a
   * question.
   */
  numbersOf(field: Field): InternedValues {
    let bytes = 0;
    for (const numbers of this.#numbers.values()) bytes += numbers.bytes;
    if (bytes > this.#maxNumbersBytes) this.#numbers.clear();
    const key = JSON.stringify(field);
    const known = this.#numbers.get(key) ?? new InternedValues();
    this.#numbers.set(key, known);
    return known;
  }

  /** The file of a row. */
  fileOf(seq: number): ReadFile | undefined {
    return this.#files.find((file) => seq >= file.first && seq < file.end);
  }

  close(): void {
    for (const file of this.#files) file.close();
    this.#files = [];
  }
}

function nameOf(block: Block): string {
  return `${block.file.first} ${block.first}`;
}
