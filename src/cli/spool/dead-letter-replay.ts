import { counted } from '../../counted.ts';
import { OtelEventsError } from '../../errors.ts';
import { complain, complainer, defineCommand, oneDirectory } from '../command.ts';
import { onSignal } from '../output/on-signal.ts';
import { Output } from '../output/output.ts';
import { showProgress } from '../output/progress.ts';
import { ClaimedLetters } from './claimed-letters.ts';
import { DESTINATION_OPTIONS, DESTINATION_USAGE, openDestination } from './destination.ts';
import { LetterSource } from './letter-source.ts';
import { countLetters, lettersIn } from './letters-in.ts';
import { Resend } from './resend.ts';

const NAME = 'otel-events spool dead-letter replay';
const warn = complainer(NAME);

const USAGE = `Usage: otel-events spool dead-letter replay DIR --to URL [OPTIONS]

Sends the records that a destination has refused to an OTLP/HTTP server, one by one. Those that are taken are
removed, those that are refused again stay.

${DESTINATION_USAGE}
  --help         show this

Example: otel-events spool dead-letter replay /var/spool/shop --to http://localhost:4318

Exit status: 0 all were taken; 1 not all, or the arguments are wrong; 2 something could not be read or written.`;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: DESTINATION_OPTIONS,
  async run(operands, where) {
    const directory = oneDirectory(operands);
    const destination = openDestination(where, warn);
    const resend = new Resend({ destination, onError: warn });
    const { records } = countLetters(directory);
    const ends = [
      showProgress(() => `${resend.sent} of ${counted(records, 'record')}`),
      onSignal(() => resend.stop()),
      destination.close,
    ];
    const counts = await replayAll(directory, resend);
    for (const end of ends) end();
    return report(resend, counts);
  },
});

interface Counts {
  left: number;
  unsendable: number;
  /** A file could not be claimed or written. */
  isBroken: boolean;
}

async function replayAll(directory: string, resend: Resend): Promise<Counts> {
  const counts: Counts = { left: 0, unsendable: 0, isBroken: false };
  for (const { file, found } of lettersIn(directory)) {
    const source = new LetterSource(found, (settlement) => resend.count(settlement));
    try {
      const claimed = resend.isStopped ? undefined : ClaimedLetters.claim(file);
      if (claimed !== undefined) await resend.run(source.cursors);
      claimed?.remove(source.delivered);
    } catch (error) {
      if (!(error instanceof OtelEventsError)) throw error;
      counts.isBroken = true;
      warn(error);
    }
    counts.left += source.pending;
    counts.unsendable += source.unsendable;
  }
  return counts;
}

async function report(
  { sent, requests, refused }: Resend,
  { left, unsendable, isBroken }: Counts,
): Promise<number> {
  const output = new Output();
  await output.line(
    `replayed ${counted(sent, 'record')} in ${counted(requests, 'request')}, refused ${refused}`,
  );
  await output.flush();
  if (left > 0)
    complain(
      NAME,
      'EXPORT_FAILED',
      `${counted(left, 'record is left', 'records are left')}, as dead letters as before`,
    );
  if (unsendable > 0) {
    const what = `${counted(unsendable, 'dead letter')} without a request that could be sent: kept as it is`;
    complain(NAME, 'OTLP_INVALID', what);
  }
  if (isBroken) return 2;
  return left + refused + unsendable > 0 ? 1 : 0;
}
