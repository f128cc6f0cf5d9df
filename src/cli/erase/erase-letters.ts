import path from 'node:path';
import type { PersonMatch } from '../../erase/person-match.ts';
import { withoutPerson } from '../../erase/without-person.ts';
import { OtelEventsError } from '../../errors.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { type DeadLetter, deadLetterLine, LETTER_DIRECTORY } from '../../spool/send/dead-letters.ts';
import { ClaimedLetters } from '../spool/claimed-letters.ts';
import { checkLetters, lettersIn } from '../spool/letters-in.ts';
import type { Erased } from './erased.ts';

/** Takes a person's records out of the dead letters of a spool; of one with a whole batch the others stay. @throws what the file system throws */
export function eraseLetters(directory: string, match: PersonMatch, dryRun: boolean): Erased[] {
  let [found, erased, unread] = [0, 0, 0];
  for (const { file, found: letters } of lettersIn(directory)) {
    const changed = new Map<number, Buffer | undefined>();
    let here = 0;
    for (const { line, letter } of letters) {
      const kept = withoutTheirs(letter, match);
      if (kept === undefined) unread++;
      else if (kept.found > 0) {
        here += kept.found;
        changed.set(line, kept.line);
      }
    }
    found += here;
    if (dryRun || here === 0) continue;
    // Undefined: somebody else has it just now.
    const claimed = ClaimedLetters.claim(file);
    claimed?.change(changed);
    if (claimed !== undefined) erased += here;
  }
  unread += checkLetters(directory).reduce((sum, { badLines }) => sum + badLines.length, 0);
  const problem =
    unread > 0
      ? `${unread} of them cannot be read: look at them, and drop them`
      : !dryRun && erased < found
        ? 'another process had them: run this again'
        : undefined;
  if (found === 0 && problem === undefined) return [];
  return [{ place: path.join(directory, LETTER_DIRECTORY), kind: 'dead letters', found, erased, problem }];
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
