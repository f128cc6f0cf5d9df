import { openQuarantine, type Quarantined, quarantinedIn } from '../../quarantine/quarantined.ts';
import { defineCommand, usageError } from '../command.ts';
import { fitTable } from '../output/fit-table.ts';
import { counted, EXACT_STYLE, humanStyle, type NumberStyle } from '../output/human.ts';
import { Output } from '../output/output.ts';
import type { Column } from '../output/to-table.ts';
import { readStatus } from '../spool/read-status.ts';
import { isoNano } from '../spool/to-readable.ts';
import { targetIn } from './chooser.ts';

const NAME = 'otel-events quarantine ls';

const USAGE = `Usage: otel-events quarantine ls DIR [--json]

Lists the events in the quarantine DIR, oldest first: number, time, name, schema, how many things are wrong with
it, and id. Changes nothing.

  --json  one JSON object a line, with all that is wrong
  --help  show this

Example: otel-events quarantine ls /var/spool/shop-quarantine

Exit status: 0 done; 1 the arguments are wrong; 2 something could not be read.`;

const OPTIONS = { json: { type: 'boolean' } } as const;

const COLUMNS: readonly Column[] = [
  { title: '#', alignRight: true },
  { title: 'TIME' },
  { title: 'NAME' },
  { title: 'SCHEMA' },
  { title: 'ISSUES', alignRight: true },
  { title: 'ID' },
];

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(operands, { json = false }) {
    const { directory, wanted } = targetIn(operands);
    if (wanted.length > 0) throw usageError(`one directory at a time: ${operands.length} given`);
    const output = new Output();
    const style = output.isTerminal ? humanStyle(Date.now()) : EXACT_STYLE;
    const logs = openQuarantine(directory);
    const rows: string[][] = [];
    for (const each of quarantinedIn(logs)) {
      if (json) await output.line(JSON.stringify(toJson(each)));
      else rows.push(toRow(each, style));
    }
    if (rows.length > 0) for (const line of fitTable(COLUMNS, rows, output)) await output.line(line);
    if (!json)
      await output.block(rows.length > 0 ? `\n${counted(rows.length, 'event', style)}` : 'no events');
    await output.flush();
    return readStatus(NAME, directory, logs);
  },
});

function toRow({ number, record, event, name, issues }: Quarantined, style: NumberStyle): string[] {
  const ms = record === undefined ? undefined : Number(record.timeUnixNano / 1_000_000n);
  return [
    String(number),
    style.time(ms),
    event?.name ?? name,
    schemaOf(event),
    String(issues.length),
    event?.id ?? '-',
  ];
}

function schemaOf(event: Quarantined['event']): string {
  return event?.schemaId === undefined ? '-' : `${event.schemaId}@${event.schemaVersion ?? ''}`;
}

function toJson({ number, record, event, name, issues }: Quarantined): object {
  return {
    number,
    id: event?.id,
    time: record === undefined ? undefined : isoNano(String(record.timeUnixNano)),
    name: event?.name ?? name,
    schema: { id: event?.schemaId, version: event?.schemaVersion },
    issues,
  };
}
