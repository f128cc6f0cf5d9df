import type { LineFile } from './line-file.ts';

/** Files by their paths, of which only so many are open: those that were not written for the longest time are closed. */
export class OpenFiles {
  readonly #max: number;
  readonly #make: (path: string, isNew: boolean) => LineFile;
  /** The one that was written last is the last. */
  readonly #files = new Map<string, LineFile>();
  /** All that there ever were. */
  readonly #seen = new Set<string>();

  /** @param make - `isNew` until a file was asked for */
  constructor(max: number, make: (path: string, isNew: boolean) => LineFile) {
    this.#max = max;
    this.#make = make;
  }

  /** The files of paths, no more than may be open. Nothing may wait in those that were asked for before. */
  async get(paths: readonly string[]): Promise<LineFile[]> {
    const asked = paths.map((path) => {
      const file = this.#files.get(path) ?? this.#make(path, !this.#seen.has(path));
      this.#seen.add(path);
      this.#files.delete(path);
      this.#files.set(path, file);
      return file;
    });
    for (const [path, file] of [...this.#files].slice(0, Math.max(0, this.#files.size - this.#max))) {
      this.#files.delete(path);
      await file.close();
    }
    return asked;
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#files.values()].map((file) => file.close()));
  }
}
