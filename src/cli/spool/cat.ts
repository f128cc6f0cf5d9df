import { counted } from '../../counted.ts';
import { OtelEventsError } from '../../errors.ts';
import { requestHead } from '../../otlp/sdk/encode-envelope.ts';
import type { Batch } from '../../otlp/wire/batch.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import type { Header } from '../../spool/log/definitions.ts';
import { type RecordView, signalOf } from '../../spool/log/layout.ts';
import { ReadLog } from '../../spool/read/read-log.ts';
import { readMerged } from '../../spool/read/read-merged.ts';
import { subDirectoriesOf } from '../../spool/read/read-spool.ts';
import { complain, defineCommand, oneDirectory, usageError, type Values } from '../command.ts';
import { isoTime } from '../output/human.ts';
import { Output } from '../output/output.ts';
import { checkSinks } from './check-sinks.ts';
import { readStatus } from './read-status.ts';
import { nameOf, toReadable } from './to-readable.ts';

const NAME = 'otel-events spool cat';

const USAGE = `Usage: otel-events spool cat DIR [OPTIONS]

Prints the records in the spool directory DIR, oldest first, one JSON object a line. Records that every sink
has got are printed too, as long as they are in the files. Changes nothing.

  --sink NAME    only records for this sink
  --pending      only records that it (without --sink: any sink) has still to get
  --name EVENT   only events, or spans, of this name
  --limit N      at most N records
  --format json  the event under the names its writer gave (default)
  --format otlp  a whole LogsData or TracesData, in OTLP/JSON
  --help         show this

Example: otel-events spool cat /var/spool/shop --pending --limit 10 | jq .name

Exit status: 0 done; 1 the arguments are wrong, or a record is not OTLP; 2 something could not be read.`;

const OPTIONS = {
  sink: { type: 'string' },
  pending: { type: 'boolean' },
  name: { type: 'string' },
  limit: { type: 'string' },
  format: { type: 'string' },
} as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(operands, values) {
    const directory = oneDirectory(operands);
    const choice = toChoice(values);
    const logs = subDirectoriesOf(directory).map((home) => new ReadLog(home));
    const output = new Output();
    const printed = await print(logs, choice, output);
    await output.flush();
    if (!printed.isCut) checkSinks(logs, choice.sink === undefined ? [] : [choice.sink]);
    return report(directory, logs, printed);
  },
});

interface Choice {
  readonly sink: string | undefined;
  readonly pending: boolean;
  readonly name: string | undefined;
  readonly limit: number;
  readonly format: 'json' | 'otlp';
}

interface Printed {
  /** The limit was reached before the end. */
  isCut: boolean;
  /** Records that are not OTLP, and what is wrong with the first one. */
  invalid: number;
  problem: string;
}

function toChoice({ sink, pending = false, name, limit, format = 'json' }: Values<typeof OPTIONS>): Choice {
  if (format !== 'json' && format !== 'otlp')
    throw usageError(`--format: json or otlp wanted, not ${format}`);
  if (limit !== undefined && !/^\d+$/.test(limit)) throw usageError(`--limit: a number wanted, not ${limit}`);
  return {
    sink,
    pending,
    name,
    limit: limit === undefined ? Number.POSITIVE_INFINITY : Number(limit),
    format,
  };
}

async function print(logs: readonly ReadLog[], choice: Choice, output: Output): Promise<Printed> {
  const printed: Printed = { isCut: choice.limit === 0, invalid: 0, problem: '' };
  if (printed.isCut) return printed;
  const wanted = choice.name === undefined ? undefined : Buffer.from(choice.name);
  let count = 0;
  for (const { log, record } of readMerged(logs)) {
    if (!isChosen(log, record, choice)) continue;
    // Looking for the bytes of the name first saves decoding most of the others.
    if (wanted !== undefined && record.bytes.subarray(record.from, record.to).indexOf(wanted) < 0) continue;
    const line = toLine(log, record, choice, printed);
    if (line === undefined) continue;
    await output.line(line);
    count++;
    printed.isCut = count >= choice.limit;
    if (printed.isCut) break;
  }
  return printed;
}

function isChosen(log: ReadLog, record: RecordView, { sink, pending }: Choice): boolean {
  const mask = pending ? log.pendingOf(record) : record.sinks;
  return sink === undefined ? !pending || mask !== 0 : log.sinkNames(mask).includes(sink);
}

/** @returns undefined if it has another name, or is not OTLP */
function toLine(log: ReadLog, record: RecordView, choice: Choice, printed: Printed): string | undefined {
  const batch = batchOf(log, record);
  const isWhole = log.header(record.id)?.whole !== undefined;
  try {
    const isRead = choice.format === 'json' || choice.name !== undefined;
    const readable = isRead ? (isWhole ? OtlpRequest.of(batch).decoded() : toReadable(batch)) : {};
    if (choice.name !== undefined && nameOf(readable) !== choice.name) return undefined;
    if (choice.format === 'otlp') return Buffer.from(OtlpRequest.of(batch).json()).toString();
    return JSON.stringify({ ...readable, spool: placeOf(log, record) });
  } catch (error) {
    if (!(error instanceof OtelEventsError)) throw error;
    const { token } = log.home;
    if (printed.invalid++ === 0)
      printed.problem = `at position ${record.position} of ${token}: ${error.message}`;
    return undefined;
  }
}

const NO_HEADER: Header = { resource: new Uint8Array(), scope: new Uint8Array() };

function batchOf(log: ReadLog, record: RecordView): Batch {
  const field = record.bytes.subarray(record.from, record.to);
  const signal = signalOf(record);
  const header = log.header(record.id) ?? NO_HEADER;
  if (header.whole !== undefined)
    return { signal, encoding: header.whole, bytes: field, count: record.nameId };
  const bytes = Buffer.concat([requestHead(header, field.length), field]);
  return { signal, encoding: 'protobuf', bytes, count: 1 };
}

/** Where it lies, since when, and who has still to get it. */
function placeOf(log: ReadLog, record: RecordView): object {
  return {
    directory: log.home.token,
    position: record.position,
    appended: isoTime(record.timeMs),
    sinks: log.sinkNames(record.sinks),
    pending: log.sinkNames(log.pendingOf(record)),
  };
}

function report(directory: string, logs: readonly ReadLog[], { invalid, problem }: Printed): number {
  if (invalid > 0)
    complain(NAME, 'OTLP_INVALID', `${counted(invalid, 'record')} left out, the first ${problem}`);
  return Math.max(readStatus(NAME, directory, logs), invalid > 0 ? 1 : 0);
}
