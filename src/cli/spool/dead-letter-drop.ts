import type { DeadLetter } from '../../spool/send/dead-letters.ts';
import { defineCommand, oneDirectory, usageError, type Values } from '../command.ts';
import { counted } from '../output/human.ts';
import { Output } from '../output/output.ts';
import { ClaimedLetters } from './claimed-letters.ts';
import { lettersIn } from './letters-in.ts';

const USAGE = `Usage: otel-events spool dead-letter drop DIR --all | [--before TIME] [--reason REASON]

Removes dead letters for good, without asking, and tells how many.

  --all            all of them
  --before TIME    only those refused before TIME, in ISO 8601
  --reason REASON  only those with this reason, as dead-letter ls shows it
  --help           show this

Example: otel-events spool dead-letter drop /var/spool/shop --before 2026-01-31 --reason http_400

Exit status: 0 done; 1 the arguments are wrong; 2 something could not be read or written.`;

const OPTIONS = {
  all: { type: 'boolean' },
  before: { type: 'string' },
  reason: { type: 'string' },
} as const;

export const command = defineCommand({
  name: 'otel-events spool dead-letter drop',
  usage: USAGE,
  options: OPTIONS,
  async run(operands, values) {
    const directory = oneDirectory(operands);
    const isChosen = toChooser(values);
    let [dropped, left] = [0, 0];
    for (const { file, found } of lettersIn(directory)) {
      const chosen = found.filter(({ letter }) => isChosen(letter));
      const claimed = chosen.length > 0 ? ClaimedLetters.claim(file) : undefined;
      claimed?.remove(new Set(chosen.map(({ line }) => line)));
      const count = claimed === undefined ? 0 : chosen.length;
      dropped += count;
      left += found.length - count;
    }
    const output = new Output();
    await output.line(`dropped ${counted(dropped, 'dead letter')}, ${left} left`);
    await output.flush();
    return 0;
  },
});

function toChooser({ all = false, before, reason }: Values<typeof OPTIONS>): (letter: DeadLetter) => boolean {
  const isNarrowed = before !== undefined || reason !== undefined;
  if (all === isNarrowed) throw usageError('say which: --all, or --before and --reason');
  const beforeMs = before === undefined ? Number.POSITIVE_INFINITY : Date.parse(before);
  if (Number.isNaN(beforeMs))
    throw usageError(`--before: a time in ISO 8601 wanted, not ${JSON.stringify(before)}`);
  return (letter) => {
    const isBefore = before === undefined || Date.parse(letter.time) < beforeMs;
    return isBefore && (reason === undefined || letter.reason === reason);
  };
}
