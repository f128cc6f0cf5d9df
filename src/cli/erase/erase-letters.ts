import { readFileSync } from 'node:fs';
import path from 'node:path';
import { counted } from '../../counted.ts';
import type { PersonMatch } from '../../erase/person-match.ts';
import { withoutPerson } from '../../erase/without-person.ts';
import { OtelEventsError } from '../../errors.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { type DeadLetter, deadLetterLine, LETTER_DIRECTORY } from '../../spool/send/dead-letters.ts';
import { ClaimedLetters } from '../spool/claimed-letters.ts';
import { checkLetters, type LetterCheck, lettersIn } from '../spool/letters-in.ts';
import type { Erased, EraseOptions } from './erased.ts';

/** Takes a person's records out of the dead letters of a spool; of one with a whole batch the others stay. @throws what the file system throws */
export function eraseLetters(
  directory: string,
  match: PersonMatch,
  { dryRun, dropUnreadable }: EraseOptions,
): Erased[] {
  let [found, erased, unread] = [0, 0, 0];
  const letters = new Map([...lettersIn(directory)].map(({ file, found }) => [file, found]));
  const checks = checkLetters(directory);
  for (const check of checks) {
    const changed = new Map<number, Buffer | undefined>();
    let here = 0;
    for (const { line, letter } of letters.get(check.file) ?? []) {
      const kept = withoutTheirs(letter, match);
      if (kept === undefined) {
        unread++;
        if (dropUnreadable) changed.set(line, undefined);
      } else if (kept.found > 0) {
        here += kept.found;
        changed.set(line, kept.line);
      }
    }
    const theirs = badLinesOf(check, match);
    unread += theirs.bad.length;
    here += theirs.torn.length;
    for (const line of [...theirs.torn, ...(dropUnreadable ? theirs.bad : [])]) changed.set(line, undefined);
    found += here;
    if (dryRun || changed.size === 0) continue;
    // Undefined: somebody else has it just now.
    const claimed = ClaimedLetters.claim(check.file);
    claimed?.change(changed);
    if (claimed !== undefined) erased += here;
  }
  const place = path.join(directory, LETTER_DIRECTORY);
  const what = `an id in ${counted(unread, 'letter')} that cannot be read`;
  const told = unread > 0 && dropUnreadable ? { dropped: what } : {};
  const problem =
    !dryRun && erased < found
      ? 'another process had them: run this again'
      : unread > 0 && !dropUnreadable
        ? `${what}: look at them, or drop them with --drop-unreadable`
        : undefined;
  return checks.length === 0 ? [] : [{ place, kind: 'dead letters', found, erased, problem, ...told }];
}

/** Lines that are no letters and hold an id; a torn one is of a crash, and nobody was told that it is kept. */
function badLinesOf(
  { file, badLines, isTorn }: LetterCheck,
  match: PersonMatch,
): { readonly bad: readonly number[]; readonly torn: readonly number[] } {
  if (badLines.length === 0 && !isTorn) return { bad: [], torn: [] };
  const lines = readFileSync(file, 'utf8').split('\n');
  const isTheirs = (line: number): boolean => holdsId(lines[line - 1] ?? '', match);
  return { bad: badLines.filter(isTheirs), torn: isTorn ? [lines.length].filter(isTheirs) : [] };
}

/** Requests stand there in base64, which may begin anywhere in what is left of a line. */
function holdsId(text: string, match: PersonMatch): boolean {
  if (match.isIn(Buffer.from(text))) return true;
  return [...text.matchAll(/[A-Za-z0-9+/]{4,}/g)].some(([digits]) =>
    [0, 1, 2, 3].some((start) => match.isIn(Buffer.from(digits.slice(start), 'base64'))),
  );
}

/** @returns undefined of a letter that cannot be decoded and holds an id */
function withoutTheirs(
  letter: DeadLetter,
  match: PersonMatch,
): { readonly found: number; readonly line: Buffer | undefined } | undefined {
  const { answer: _, ...kept } = letter;
  try {
    const request = OtlpRequest.read(letter.signal, 'protobuf', letter.request);
    const { found, rest } = withoutPerson(request, match);
    // What the destination said may repeat what it was sent.
    const line = rest === undefined ? undefined : deadLetterLine({ ...kept, request: rest.protobuf() });
    return { found, line };
  } catch (error) {
    if (!(error instanceof OtelEventsError)) throw error;
    return match.isIn(Buffer.from(letter.request)) ? undefined : { found: 0, line: undefined };
  }
}
