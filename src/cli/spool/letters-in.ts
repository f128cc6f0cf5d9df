import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { countFiles } from '../../spool/read/read-spool.ts';
import { type FoundDeadLetter, LETTER_DIRECTORY, readDeadLetters } from '../../spool/send/dead-letters.ts';

/** The letters of one file. */
export interface LetterFile {
  readonly file: string;
  readonly found: readonly FoundDeadLetter[];
}

/** All dead letters in the directory of a spool, file by file. @throws what the file system throws, unless there are none */
export function* lettersIn(directory: string): Generator<LetterFile, void> {
  readdirSync(directory);
  countFiles(path.join(directory, LETTER_DIRECTORY));
  let found: FoundDeadLetter[] = [];
  for (const each of readDeadLetters(directory)) {
    const [first] = found;
    if (first !== undefined && first.file !== each.file) {
      yield { file: first.file, found };
      found = [];
    }
    found.push(each);
  }
  const [first] = found;
  if (first !== undefined) yield { file: first.file, found };
}

/** How many there are, in how many files of which size. @throws what the file system throws */
export function countLetters(directory: string): { files: number; bytes: number; records: number } {
  const { files, bytes } = countFiles(path.join(directory, LETTER_DIRECTORY));
  let records = 0;
  for (const _ of readDeadLetters(directory)) records++;
  return { records, files, bytes };
}

/** Whether all lines of a file are letters. */
export interface LetterCheck {
  readonly file: string;
  readonly records: number;
  /** Numbers of lines that are none, from 1. */
  readonly badLines: readonly number[];
  /** A write that was not finished: the last line has no end. */
  readonly isTorn: boolean;
}

/** Reads every line of every file of letters. @throws what the file system throws */
export function checkLetters(directory: string): LetterCheck[] {
  const place = path.join(directory, LETTER_DIRECTORY);
  if (!existsSync(place)) return [];
  const found = new Map([...lettersIn(directory)].map(({ file, found }) => [file, new Set(linesOf(found))]));
  const files = readdirSync(place).filter((name) => name.endsWith('.jsonl'));
  return files.sort().map((name) => {
    const file = path.join(place, name);
    const letters = found.get(file) ?? new Set();
    const lines = readFileSync(file, 'utf8').split('\n');
    const isTorn = lines.at(-1) !== '' && !letters.has(lines.length);
    const badLines = lines.flatMap((line, index) =>
      line === '' || letters.has(index + 1) || (isTorn && index === lines.length - 1) ? [] : [index + 1],
    );
    return { file, records: letters.size, badLines, isTorn };
  });
}

function linesOf(found: readonly FoundDeadLetter[]): number[] {
  return found.map(({ line }) => line);
}
