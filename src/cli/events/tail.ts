import { counted } from '../../counted.ts';
import { parseQuery } from '../../viewer/query/parse-query.ts';
import { defineCommand, tell, usageError } from '../command.ts';
import { onSignal } from '../output/on-signal.ts';
import { Output } from '../output/output.ts';
import { wantRegularFiles } from '../want-regular-files.ts';
import { followFile } from './follow-file.ts';
import { type Live, liveRows } from './live-rows.ts';
import { RowPrinter } from './print-rows.ts';
import { splitOperands } from './split-operands.ts';
import { DEFAULT_URL, viewerAddress } from './viewer-url.ts';

const NAME = 'otel-events tail';

const USAGE = `Usage: otel-events tail [QUERY] [FILE] [--url URL] [--token TOKEN]

Prints events, logs and spans as they come, until it is told to stop: from a
viewer that runs, or as they are added to FILE, also when it is rotated. QUERY
is as in docs/queries.md; one that begins with - goes behind --.

  --url URL      of the viewer; default ${DEFAULT_URL}
  --token TOKEN  that it wants beyond its own machine; better in the variable
                 OTEL_EVENTS_TOKEN
  --long         all fields of each
  --json         an object a line
  --help         show this

Example: otel-events tail 'severity:>=warn' events.jsonl

Exit status: 0 stopped as told; 1 the query or the arguments are wrong; 2 there
is no such file or viewer.`;

const OPTIONS = {
  url: { type: 'string' },
  token: { type: 'string' },
  long: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  takesQuery: true,
  async run(operands, { url, token, long = false, json = false }) {
    const { query, files } = splitOperands(operands);
    parseQuery(query, Date.now());
    const [file, ...others] = files;
    if (others.length > 0) throw usageError(`one file at a time: ${files.length} given`);
    if (file !== undefined && (url ?? token) !== undefined)
      throw usageError('a file, or --url and --token: one of them');
    if (file !== undefined) wantRegularFiles([file]);
    const stop = new AbortController();
    const end = onSignal(() => stop.abort());
    const output = new Output();
    const printer = new RowPrinter(output, { json, long });
    try {
      for await (const live of comingFrom(file, { url, token }, query, stop.signal)) {
        if ('skipped' in live) tellSkipped(live);
        else for (const row of live.rows) await printer.print(row);
        await output.flush();
      }
    } finally {
      end();
    }
    return 0;
  },
});

function tellSkipped({ skipped, gone }: { readonly skipped: number; readonly gone: number }): void {
  if (skipped > 0) tell(`${NAME}: ${counted(skipped, 'row')} skipped: they came too fast`);
  if (gone > 0)
    tell(
      `${NAME}: ${counted(gone, 'row')} stored meanwhile, whether they fit or not, went by size or age, or were deleted`,
    );
}

async function* comingFrom(
  file: string | undefined,
  { url, token }: { readonly url: string | undefined; readonly token: string | undefined },
  query: string,
  signal: AbortSignal,
): AsyncGenerator<Live> {
  if (file === undefined) yield* liveRows(viewerAddress(url, token), query, signal);
  else for await (const rows of followFile(file, query, signal)) yield { rows };
}
