import { parseQuery } from '../../viewer/query/parse-query.ts';
import { defineCommand, tell, usageError } from '../command.ts';
import { Output } from '../output/output.ts';
import type { EventSource } from './event-source.ts';
import { findRows } from './find-rows.ts';
import { openSource } from './open-source.ts';
import { RowPrinter } from './print-rows.ts';
import { splitOperands } from './split-operands.ts';

const NAME = 'otel-events query';

const USAGE = `Usage: otel-events query [QUERY] FILE... [OPTIONS]

Finds events, logs and spans in files of OTLP/JSON lines, as collectors write
them, packed with gzip or zstd or not. QUERY is as in docs/queries.md; without
one all fit. Prints the newest 100, oldest first.

  --limit N       so many; default 100
  --oldest        the oldest instead of the newest
  --long          all fields of each
  --json          an object a line
  --help          show this

Example: otel-events query 'name:payment.* severity:>=warn last:2h' events.jsonl

Exit status: 0 done; 1 the query or the arguments are wrong; 2 something could
not be read.`;

const OPTIONS = {
  limit: { type: 'string' },
  oldest: { type: 'boolean' },
  long: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

const DEFAULT_LIMIT = 100;

interface Asked {
  readonly query: string;
  readonly limit: number;
  readonly oldest: boolean;
  readonly long: boolean;
  readonly json: boolean;
}

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(operands, { limit, oldest = false, long = false, json = false }) {
    const { query, files } = splitOperands(operands);
    // Before files are read.
    parseQuery(query, Date.now());
    const asked = {
      query,
      limit: limit === undefined ? DEFAULT_LIMIT : readLimit(limit),
      oldest,
      long,
      json,
    };
    const source = await openSource(NAME, { files });
    const output = new Output();
    try {
      await answerRows(source, asked, output);
    } finally {
      await source.close();
    }
    return 0;
  },
});

function readLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit > 0 && Number.isSafeInteger(limit)) return limit;
  throw usageError(`--limit: a whole number from 1 wanted, not ${JSON.stringify(text)}`);
}

async function answerRows(source: EventSource, asked: Asked, output: Output): Promise<void> {
  const { query, limit, oldest, long, json } = asked;
  const { rows, hasMore } = await findRows(source, query, oldest ? 'oldest' : 'newest', limit);
  const printer = new RowPrinter(output, { json, long });
  for (const row of rows) await printer.print(row);
  await output.flush();
  if (rows.length === 0) tell(`${NAME}: nothing fits`);
  if (hasMore)
    tell(`${NAME}: the ${oldest ? 'oldest' : 'newest'} ${rows.length}, and there are more (--limit)`);
}
