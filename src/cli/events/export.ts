import { counted } from '../../counted.ts';
import { requireBeside } from '../../require-beside.ts';
import { parseQuery } from '../../viewer/query/parse-query.ts';
import { csvTable } from '../../viewer/table/csv-table.ts';
import type { TableSource } from '../../viewer/table/table-source.ts';
import { defineCommand, usageError } from '../command.ts';
import { showProgress } from '../output/progress.ts';
import { openSink, type Sink } from './file-sink.ts';
import { openSource } from './open-source.ts';
import { splitOperands } from './split-operands.ts';
import { tellDamage } from './tell-damage.ts';

const NAME = 'otel-events export';

const USAGE = `Usage: otel-events export --csv | --json | --parquet [QUERY]
                          [FILE...] [OPTIONS]

Writes all events, logs and spans that fit, oldest first. QUERY and FILE are as
for otel-events query.

  --csv              RFC 4180: time, kind, severity, name, service, ids,
                     duration in ms, status, body, and a column for each
                     attribute. What a spreadsheet would take for a formula
                     gets a ' in front
  --json             an object a line, as otel-events query --json
  --parquet          the same columns, with types: a time in nanoseconds, numbers,
                     true and false; what is of several kinds, or holds others,
                     is a text (JSON)
  -o, --output FILE  instead of standard output
  --directory STORE  a store of the viewer, on which none runs, instead of files
  --url URL          of the viewer that is asked without files; default
                     http://localhost:4319
  --token TOKEN      that it wants beyond its own machine; better in the variable
                     OTEL_EVENTS_TOKEN
  --help             show this

Example: otel-events export --csv 'name:checkout.*' events.jsonl -o checkouts.csv

Exit status: 0 done; 1 the query or the arguments are wrong; 2 something could
not be read or written.`;

const OPTIONS = {
  csv: { type: 'boolean' },
  json: { type: 'boolean' },
  parquet: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  directory: { type: 'string' },
  url: { type: 'string' },
  token: { type: 'string' },
} as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  takesQuery: true,
  async run(operands, { csv = false, json = false, parquet = false, output, directory, url, token }) {
    const given = { csv, json, parquet };
    const [format, ...others] = (['csv', 'json', 'parquet'] as const).filter((name) => given[name]);
    if (format === undefined || others.length > 0)
      throw usageError('--csv, --json or --parquet: one of them');
    if (parquet && output === undefined && process.stdout.isTTY)
      throw usageError('--parquet: nothing for a terminal', 'name a file with -o');
    const { query, files } = splitOperands(operands);
    // Before files are read.
    parseQuery(query, Date.now());
    const source = await openSource(NAME, { files, directory, url, token });
    let count = 0;
    const endProgress = showProgress(() => (count === 0 ? '' : `${counted(count, 'row')} read`));
    const table = source.table(query, (rows) => {
      count = rows;
    });
    try {
      await writeParts(FORMATS[format](table), openSink(output));
      endProgress();
      return await tellDamage(NAME, source);
    } finally {
      endProgress();
      await source.close();
    }
  },
});

/** What is written, part by part. */
type Parts = (table: TableSource) => AsyncIterable<string | Uint8Array>;

const FORMATS: Readonly<Record<'csv' | 'json' | 'parquet', Parts>> = {
  csv: csvTable,
  json: (table) => table.lines(),
  parquet: (table) => {
    const { parquetTable } = requireBeside<typeof import('../../viewer/table/parquet-table.ts')>(
      import.meta,
      '../../viewer/table/parquet-table',
    );
    return parquetTable(table);
  },
};

async function writeParts(parts: AsyncIterable<string | Uint8Array>, sink: Sink): Promise<void> {
  try {
    for await (const part of parts) await sink.write(part);
    await sink.end();
  } catch (error) {
    sink.abort();
    throw error;
  }
}
