import { counted } from '../../counted.ts';
import { OTLP_SINK, SPAN_SINK } from '../../delivery/ledger/accounts.ts';
import { OtelEventsError } from '../../errors.ts';
import { isMoved, ReadLog } from '../../spool/read/read-log.ts';
import { subDirectoriesOf } from '../../spool/read/read-spool.ts';
import { DeadLetters } from '../../spool/send/dead-letters.ts';
import { complain, complainer, defineCommand, oneDirectory, tell, usageError } from '../command.ts';
import { onSignal } from '../output/on-signal.ts';
import { Output } from '../output/output.ts';
import { showProgress } from '../output/progress.ts';
import { checkSinks } from './check-sinks.ts';
import { DESTINATION_OPTIONS, DESTINATION_USAGE, openDestination } from './destination.ts';
import { unreadStatus } from './read-status.ts';
import { ReplayJob } from './replay-job.ts';
import { Resend } from './resend.ts';

const NAME = 'otel-events spool replay';
const warn = complainer(NAME);

const USAGE = `Usage: otel-events spool replay DIR --to URL [OPTIONS]

Sends the records that are pending in the spool directory DIR to an OTLP/HTTP server, each once, whichever sinks
they are pending for, with the ids, times and resources they have. The spool stays as it is, so whoever owns a
record sends it again: a receiver knows both by the same log.record.uid (a span by its span id).

${DESTINATION_USAGE}
  --sink NAME    only records for this sink; may be repeated
  --all          also records that every sink has got, as long as they are in the files
  --drain        takes over the sub-directories of dead owners, settles there what was delivered, and keeps what
                 was refused as dead letters; those of living owners are only read
  --help         show this

Example: otel-events spool replay /var/spool/shop --to http://localhost:4318 --drain

Exit status: 0 all was taken; 1 not all, or the arguments are wrong; 2 something could not be read.`;

const OPTIONS = {
  ...DESTINATION_OPTIONS,
  sink: { type: 'string', multiple: true },
  all: { type: 'boolean' },
  drain: { type: 'boolean' },
} as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(operands, { sink: sinks = [], all = false, drain = false, ...where }) {
    const directory = oneDirectory(operands);
    const destination = openDestination(where, warn);
    const resend = new Resend({ destination, onError: warn });
    const homes = subDirectoriesOf(directory);
    const jobs = homes.map((home) => new ReplayJob(new ReadLog(home), { sinks, all }, resend));
    const logs = jobs.map(({ log }) => log);
    checkSinks(logs, sinks);
    if (drain && sinks.length === 0) checkDrain(jobs);
    const letters = new DeadLetters(directory, warn);
    const total = jobs.reduce((sum, { left }) => sum + left, 0);
    const ends = [
      showProgress(() => `${resend.sent} of ${counted(total, 'record')}`),
      onSignal(() => resend.stop()),
      destination.close,
    ];
    let isBroken = false;
    for (const job of jobs) {
      try {
        await (drain && job.isTakeable ? job.drain(directory, letters) : job.read());
      } catch (error) {
        if (!(error instanceof OtelEventsError)) throw error;
        isBroken = true;
        warn(error);
      }
    }
    for (const end of ends) end();
    const status = await report(directory, jobs, resend);
    return isBroken ? 2 : status;
  },
});

/** Both go to an OTLP server anyway; what waits for something else must not be settled by mistake. */
const OTLP_SINKS = [OTLP_SINK, SPAN_SINK];

function checkDrain(jobs: readonly ReplayJob[]): void {
  const sinks = [
    ...new Set(jobs.filter(({ isTakeable }) => isTakeable).flatMap(({ pendingSinks }) => pendingSinks)),
  ];
  if (sinks.length < 2 || sinks.every((sink) => OTLP_SINKS.includes(sink))) return;
  const fix = 'say with --sink which of them have got what is delivered';
  throw usageError(`--drain: several sinks wait: ${sinks.join(', ')}`, fix);
}

async function report(directory: string, jobs: readonly ReplayJob[], resend: Resend): Promise<number> {
  const { sent, requests, refused } = resend;
  const output = new Output();
  await output.line(
    `replayed ${counted(sent, 'record')} in ${counted(requests, 'request')}, refused ${refused}`,
  );
  await output.flush();
  const left = jobs.reduce((sum, job) => sum + job.left, 0);
  if (left > 0)
    complain(
      NAME,
      'EXPORT_FAILED',
      `${counted(left, 'record is left', 'records are left')}, in the spool as before`,
    );
  const isLost = reportGone(directory, jobs, resend);
  const read = jobs.filter(({ state }) => state === 'read');
  const stays = read.reduce((sum, job) => sum + job.total - job.left, 0) - resend.gone;
  if (stays > 0)
    note(
      `${counted(stays, 'record was only read: its', 'records were only read: their')} owner, or the next process, sends ${stays === 1 ? 'it' : 'them'} again`,
    );
  const logs = jobs.map(({ log }) => log);
  return unreadStatus(NAME, logs, left + refused > 0 || isLost ? 1 : 0);
}

/** @returns whether records went to another process without having been sent by us */
function reportGone(directory: string, jobs: readonly ReplayJob[], { gone }: Resend): boolean {
  const logs = jobs.filter(({ state }) => state === 'read').map(({ log }) => log);
  if (jobs.some(({ state }) => state === 'elsewhere')) {
    note('a sub-directory was taken over by another process, which delivers it');
  }
  if (gone === 0) return false;
  // What we drained has new names too.
  const isLost = logs.length === jobs.length && isMoved(directory, logs);
  if (!isLost)
    note(
      `${counted(gone, 'record was settled by its owner', 'records were settled by their owner')} meanwhile`,
    );
  else
    complain(
      NAME,
      'ENOENT',
      `${counted(gone, 'record was', 'records were')} taken over by another process; run this again`,
    );
  return isLost;
}

function note(text: string): void {
  tell(`${NAME}: ${text}`);
}
