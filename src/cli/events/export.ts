import { counted } from '../../counted.ts';
import { parseQuery } from '../../viewer/query/parse-query.ts';
import { defineCommand, usageError } from '../command.ts';
import { showProgress } from '../output/progress.ts';
import { CsvColumns } from './csv-columns.ts';
import type { EventSource } from './event-source.ts';
import { openSink, type Sink } from './file-sink.ts';
import { pagesOf } from './find-rows.ts';
import { openSource } from './open-source.ts';
import { splitOperands } from './split-operands.ts';

const NAME = 'otel-events export';

const USAGE = `Usage: otel-events export --csv | --json [QUERY] [FILE...] [OPTIONS]

Writes all events, logs and spans that fit, oldest first. QUERY and FILE are as
for otel-events query.

  --csv              RFC 4180: time, kind, severity, name, service, ids,
                     duration in ms, status, body, and a column for each
                     attribute. What a spreadsheet would take for a formula
                     gets a ' in front
  --json             an object a line, as otel-events query --json
  -o, --output FILE  instead of standard output
  --directory STORE  a store of the viewer, on which none runs, instead of files
  --url URL          of the viewer that is asked without files; default
                     http://localhost:4319
  --help             show this

Example: otel-events export --csv 'name:checkout.*' events.jsonl -o checkouts.csv

Exit status: 0 done; 1 the query or the arguments are wrong; 2 something could
not be read or written.`;

const OPTIONS = {
  csv: { type: 'boolean' },
  json: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  directory: { type: 'string' },
  url: { type: 'string' },
} as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(operands, { csv = false, json = false, output, directory, url }) {
    if (csv === json) throw usageError('--csv or --json: one of them');
    const { query, files } = splitOperands(operands);
    // Before files are read.
    parseQuery(query, Date.now());
    const source = await openSource(NAME, { files, directory, url });
    let rows = 0;
    const endProgress = showProgress(() => (rows === 0 ? '' : `${counted(rows, 'row')} written`));
    const onRow = (): void => {
      rows++;
    };
    try {
      const sink = openSink(output);
      await (csv ? writeCsv : writeJson)(source, query, sink, onRow).catch((error) => {
        sink.abort();
        throw error;
      });
    } finally {
      endProgress();
      await source.close();
    }
    return 0;
  },
});

async function writeJson(source: EventSource, query: string, sink: Sink, onRow: () => void): Promise<void> {
  for await (const { rows } of pagesOf(source, query, 'oldest')) {
    for (const row of rows) {
      await sink.line(JSON.stringify(row));
      onRow();
    }
  }
  await sink.end();
}

/** More columns than any reader of CSV takes. */
const MAX_COLUMNS = 16_384;

/** Twice through the rows: the first line names the columns. */
async function writeCsv(source: EventSource, query: string, sink: Sink, onRow: () => void): Promise<void> {
  const columns = new CsvColumns();
  for await (const { rows } of pagesOf(source, query, 'oldest')) {
    for (const row of rows) columns.add(row);
    if (columns.count <= MAX_COLUMNS) continue;
    throw usageError(`--csv: more than ${MAX_COLUMNS} columns`, 'narrow the query, or use --json');
  }
  await sink.line(columns.titles());
  for await (const { rows } of pagesOf(source, query, 'oldest')) {
    for (const row of rows) {
      await sink.line(columns.line(row));
      onRow();
    }
  }
  await sink.end();
}
