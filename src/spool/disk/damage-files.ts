import { readdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeDirectory } from '../../make-directory.ts';

/** What was found damaged, in total. */
export interface Damage {
  /** Stretches that are not records, of which a copy is set aside. */
  stretches: number;
  /** Their bytes. */
  bytes: number;
  /** Whole files set aside: of a version that is not known, or too large to be ours. */
  files: number;
  /** Bytes of half-written records that were cut off at the end of files; nothing unusual after a crash. */
  tornBytes: number;
}

/** Damage is kept for a look at it, not without bound: so much of one sub-directory, so many files in all. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 256;

/** Its name in the configured directory. */
export const QUARANTINE_DIRECTORY = 'quarantine';

/** A sub-directory for what could not be read. Failing to keep it never stops the reading of the rest. */
export class DamageFiles {
  readonly #directory: string;
  readonly damage: Damage = { stretches: 0, bytes: 0, files: 0, tornBytes: 0 };

  constructor(directory: string) {
    this.#directory = path.join(directory, QUARANTINE_DIRECTORY);
  }

  /** Keeps a copy of a damaged stretch of `file` and counts it. */
  async keep(file: string, offset: number, bytes: Buffer): Promise<void> {
    this.damage.stretches++;
    this.damage.bytes += bytes.length;
    await quietly(async () => {
      makeDirectory(this.#directory, 0o700);
      if (this.damage.bytes > MAX_BYTES || (await readdir(this.#directory)).length >= MAX_FILES) return;
      await writeFile(path.join(this.#directory, `${nameOf(file)}.${offset}`), bytes, { mode: 0o600 });
    });
  }

  /** Moves a whole file out of the way and counts it. */
  async setAside(file: string): Promise<void> {
    this.damage.files++;
    await quietly(async () => {
      makeDirectory(this.#directory, 0o700);
      await rename(file, path.join(this.#directory, nameOf(file)));
    });
  }
}

/** Unique: sub-directories have a random token in their names. */
function nameOf(file: string): string {
  return `${path.basename(path.dirname(file))}.${path.basename(file)}`;
}

async function quietly(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch {
    // Counted already; a copy for a later look is all that is missing.
  }
}
