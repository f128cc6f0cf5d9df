import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { OtelEventsError } from '../../errors.ts';
import { quietly } from '../../spool/disk/quietly.ts';
import { syncToDisk } from '../../sync-to-disk.ts';

const NEW_LINE = 0x0a;

/**
 * A file of dead letters that nobody appends to any more: it has another name, and whoever wrote it begins a new
 * one under the old name. A crash at any point leaves a file in which every letter is still found.
 */
export class ClaimedLetters {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /**
   * @returns undefined if somebody else has claimed or removed it
   * @throws OtelEventsError `SPOOL_UNWRITABLE`
   */
  static claim(file: string): ClaimedLetters | undefined {
    const claimed = path.join(path.dirname(file), `${randomBytes(8).toString('hex')}.jsonl`);
    try {
      renameSync(file, claimed);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw unwritable(file, error);
    }
    return new ClaimedLetters(claimed);
  }

  /**
   * Takes lines, numbered from 1, out of the file, and the file away with the last one.
   * @throws OtelEventsError `SPOOL_UNWRITABLE`; the file is as it was then
   */
  remove(lines: ReadonlySet<number>): void {
    this.change(new Map([...lines].map((line) => [line, undefined])));
  }

  /**
   * Puts others in the places of lines, numbered from 1, or takes them out where there is none.
   * @param lines - with their line breaks
   * @throws OtelEventsError `SPOOL_UNWRITABLE`; the file is as it was then
   */
  change(lines: ReadonlyMap<number, Buffer | undefined>): void {
    if (lines.size === 0) return;
    try {
      this.#change(lines);
    } catch (error) {
      throw unwritable(this.#file, error);
    }
  }

  #change(lines: ReadonlyMap<number, Buffer | undefined>): void {
    const rest = linesOf(readFileSync(this.#file)).flatMap((line, index) => {
      const changed = lines.has(index + 1) ? lines.get(index + 1) : line;
      return changed === undefined ? [] : [changed];
    });
    if (rest.every((line) => line.length <= 1)) unlinkSync(this.#file);
    else this.#replace(Buffer.concat(rest));
    syncToDisk(path.dirname(this.#file));
  }

  #replace(bytes: Buffer): void {
    const { atime, mtime } = statSync(this.#file);
    // Without the suffix of letters, so that nobody reads it before it has all of them.
    const next = `${this.#file}.next`;
    try {
      writeFileSync(next, bytes, { mode: 0o600, flush: true });
      utimesSync(next, atime, mtime);
      renameSync(next, this.#file);
    } catch (error) {
      quietly(() => unlinkSync(next));
      throw error;
    }
  }
}

function unwritable(file: string, cause: unknown): OtelEventsError {
  const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
  return new OtelEventsError('SPOOL_UNWRITABLE', `cannot change ${file}: ${why}`, { cause });
}

/** Each with its line break; what a torn write left at the end has none. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(NEW_LINE, start);
    const end = found < 0 ? bytes.length : found + 1;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}
