import path from 'node:path';
import { OtelEventsError } from '../../errors.ts';
import type { DeadLetter, FoundDeadLetter } from '../../spool/send/dead-letters.ts';
import { defineCommand, oneDirectory } from '../command.ts';
import { fitTable } from '../output/fit-table.ts';
import { counted, EXACT_STYLE, humanStyle, type NumberStyle } from '../output/human.ts';
import { Output } from '../output/output.ts';
import type { Column } from '../output/to-table.ts';
import { lettersIn } from './letters-in.ts';
import { type Readable, toReadable } from './to-readable.ts';

const USAGE = `Usage: otel-events spool dead-letter ls DIR [--json]

Lists the records that a destination refused for good, oldest file first. Changes nothing.

  --json  one JSON object a line, with what the destination said and the record itself
  --help  show this

Example: otel-events spool dead-letter ls /var/spool/shop

Exit status: 0 done; 1 the arguments are wrong; 2 something could not be read.`;

const OPTIONS = { json: { type: 'boolean' } } as const;

const COLUMNS: readonly Column[] = [
  { title: 'TIME', alignRight: true },
  { title: 'SINK' },
  { title: 'REASON' },
  { title: 'NAME' },
  { title: 'ID' },
  { title: 'SIZE', alignRight: true },
];

const NAME_COLUMN = 3;

export const command = defineCommand({
  name: 'otel-events spool dead-letter ls',
  usage: USAGE,
  options: OPTIONS,
  async run(operands, { json = false }) {
    const directory = oneDirectory(operands);
    const output = new Output();
    const style = output.isTerminal ? humanStyle(Date.now()) : EXACT_STYLE;
    const rows: string[][] = [];
    for (const { found } of lettersIn(directory)) {
      for (const each of found) {
        if (json) await output.line(JSON.stringify(toJson(each)));
        else rows.push(toRow(each.letter, style));
      }
    }
    const { width } = output;
    const lines = rows.length > 0 ? fitTable(COLUMNS, rows, { width, heading: NAME_COLUMN }) : [];
    for (const line of lines) await output.line(line);
    if (!json)
      await output.block(
        rows.length > 0 ? `\n${counted(rows.length, 'dead letter', style)}` : 'no dead letters',
      );
    await output.flush();
    return 0;
  },
});

function toRow(letter: DeadLetter, style: NumberStyle): string[] {
  const { time, sink, reason, name, request } = letter;
  const ms = Date.parse(time);
  const record = recordIn(letter);
  return [
    Number.isNaN(ms) ? time : style.time(ms),
    sink,
    reason,
    name,
    String(record?.id ?? record?.span ?? '-'),
    style.bytes(request.length),
  ];
}

function toJson({ file, line, letter }: FoundDeadLetter): object {
  const { request, ...rest } = letter;
  return { ...rest, bytes: request.length, file: path.basename(file), line, record: recordIn(letter) };
}

/** What is not OTLP is a letter all the same. */
function recordIn({ signal, request }: DeadLetter): Readable | undefined {
  try {
    return toReadable({ signal, encoding: 'protobuf', bytes: request, count: 1 });
  } catch (error) {
    if (error instanceof OtelEventsError) return undefined;
    throw error;
  }
}
