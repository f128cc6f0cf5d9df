import { parseQuery } from '../../viewer/query/parse-query.ts';
import type { Answer } from '../../viewer/store/event-store.ts';
import { defineCommand, tell, usageError } from '../command.ts';
import { EXACT_STYLE, humanStyle, type NumberStyle } from '../output/human.ts';
import { Output } from '../output/output.ts';
import type { EventSource, Hints, SourceFunnel } from './event-source.ts';
import { findRows } from './find-rows.ts';
import { narrowQuery } from './narrow-query.ts';
import { openSource } from './open-source.ts';
import { printFunnel } from './print-funnel.ts';
import { type AskedGroups, printGroups } from './print-groups.ts';
import { RowPrinter } from './print-rows.ts';
import { printTrace } from './print-trace.ts';
import { readFunnel, readGroups } from './read-numbers.ts';
import { splitOperands } from './split-operands.ts';
import { tellDamage } from './tell-damage.ts';

const NAME = 'otel-events query';

const USAGE = `Usage: otel-events query [QUERY] [FILE...] [OPTIONS]

Finds events, logs and spans in files of OTLP/JSON lines, as collectors write
them, packed with gzip or zstd or not. QUERY is as in docs/queries.md; without
one all fit; one that begins with - goes behind --. Prints the newest 100,
oldest first.

  --limit N       so many; default 100
  --oldest        the oldest instead of the newest
  --long          all fields of each
  --json          an object a line
  --count         only how many
  --by FIELD      how many by each value of FIELD; the 20 most frequent
                  (--limit for more)
  --over TIME     how many in each span of time: 1h, 15m, 1d
  --stats LIST    numbers of a field as well: avg,p95:duration; of sum, avg,
                  min, max, p50, p90, p95, p99, distinct; may be repeated
  --funnel STEPS  who came how far: names of events, a,b,c; or repeated, with a
                  query each
  --within TIME   from the first step to the last; default 30m
  --per FIELD     whose way it is; default user
  --split FIELD   the same by its value at the first step
  --trace ID      what belongs to a trace, below its spans
  --session ID    what happened in a session
  --user ID       what a user did
  --directory STORE
                  a store of the viewer, on which none runs, instead of files
  --url URL       of the viewer that is asked without files; default
                  http://localhost:4319
  --token TOKEN   that it wants beyond its own machine; better in the variable
                  OTEL_EVENTS_TOKEN
  --help          show this

Example: otel-events query 'name:payment.* severity:>=warn last:2h' events.jsonl

Exit status: 0 done; 1 the query or the arguments are wrong; 2 something could
not be read.`;

const OPTIONS = {
  limit: { type: 'string' },
  oldest: { type: 'boolean' },
  long: { type: 'boolean' },
  json: { type: 'boolean' },
  count: { type: 'boolean' },
  by: { type: 'string' },
  over: { type: 'string' },
  stats: { type: 'string', multiple: true },
  funnel: { type: 'string', multiple: true },
  within: { type: 'string' },
  per: { type: 'string' },
  split: { type: 'string' },
  trace: { type: 'string' },
  session: { type: 'string' },
  user: { type: 'string' },
  directory: { type: 'string' },
  url: { type: 'string' },
  token: { type: 'string' },
} as const;

interface Asked {
  readonly query: string;
  readonly limit: number | undefined;
  readonly oldest: boolean;
  readonly long: boolean;
  readonly json: boolean;
}

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  takesQuery: true,
  async run(operands, { count = false, trace, directory, url, token, ...values }) {
    const { query, files } = splitOperands(operands);
    const { oldest = false, long = false, json = false } = values;
    const limit = values.limit === undefined ? undefined : readLimit(values.limit);
    const asked = { query: narrowed(query, { ...values, trace }), limit, oldest, long, json };
    const groups = readGroups(values);
    const funnel = readFunnel(values);
    if ([count, groups, funnel].filter(Boolean).length > 1) {
      throw usageError('--count, --funnel, and --by, --over or --stats: one of them');
    }
    const source = await openSource(NAME, { files, directory, url, token });
    const output = new Output();
    try {
      if (count) await answerCount(source, asked, output);
      else if (funnel !== undefined) await answerFunnel(source, asked, funnel, output);
      else if (groups !== undefined) await answerGroups(source, asked, groups, output);
      else await answerRows(source, asked, trace !== undefined, output);
      await output.flush();
      return await tellDamage(NAME, source);
    } finally {
      await source.close();
    }
  },
});

/** @throws OtelEventsError `QUERY_INVALID`, also of a query that is asked as it is: before files are read */
function narrowed(
  query: string,
  ids: {
    readonly trace?: string | undefined;
    readonly session?: string | undefined;
    readonly user?: string | undefined;
  },
): string {
  let narrow = query;
  for (const name of ['trace', 'session', 'user'] as const) {
    const id = ids[name];
    if (id !== undefined) narrow = narrowQuery(narrow, name, name === 'trace' ? id.toLowerCase() : id);
  }
  parseQuery(narrow, Date.now());
  return narrow;
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit > 0 && Number.isSafeInteger(limit)) return limit;
  throw usageError(`--limit: a whole number from 1 wanted, not ${JSON.stringify(text)}`);
}

async function answerCount(source: EventSource, { query, json }: Asked, output: Output): Promise<void> {
  const { value, ...looked } = await source.group(query, {});
  tellLooked(looked);
  const count = value[0]?.count ?? 0;
  await output.line(json ? JSON.stringify({ count }) : String(count));
}

async function answerGroups(
  source: EventSource,
  asked: Asked,
  groups: AskedGroups,
  output: Output,
): Promise<void> {
  const { value, ...looked } = await source.group(asked.query, { ...groups, top: asked.limit });
  tellLooked(looked);
  if (asked.json) for (const group of value) await output.line(JSON.stringify(group));
  else await printGroups(output, value, groups, styleOf(output));
}

async function answerFunnel(
  source: EventSource,
  { query, json }: Asked,
  funnel: SourceFunnel,
  output: Output,
): Promise<void> {
  const { value, ...looked } = await source.funnel(query, funnel);
  tellLooked(looked);
  if (json) await output.line(JSON.stringify(value));
  else await printFunnel(output, funnel, value, styleOf(output));
}

/** A viewer ends what takes too long; what is damaged is told at the end. And why an answer may be one of nothing. */
function tellLooked({
  complete,
  scanned,
  hints = [],
}: Pick<Answer<unknown>, 'complete' | 'scanned'> & Hints): void {
  for (const hint of hints) tell(`${NAME}: ${hint}`);
  const { rows, of } = scanned;
  if (complete || rows >= of) return;
  tell(`${NAME}: ${rows} of ${of} rows were looked at; if time was up, narrow the range, as with last:2h`);
}

function styleOf({ isTerminal }: Output): NumberStyle {
  return isTerminal ? humanStyle(0) : EXACT_STYLE;
}

/** A trace is shown whole, as far as a person can look at it. */
const DEFAULT_LIMIT = 100;
const TRACE_LIMIT = 10_000;

async function answerRows(
  source: EventSource,
  asked: Asked,
  isTrace: boolean,
  output: Output,
): Promise<void> {
  const { query, oldest, long, json } = asked;
  const limit = asked.limit ?? (isTrace ? TRACE_LIMIT : DEFAULT_LIMIT);
  const { rows, hasMore, hints } = await findRows(source, query, oldest ? 'oldest' : 'newest', limit);
  if (isTrace && !long && !json && rows.length > 0) await printTrace(output, rows);
  else {
    const printer = new RowPrinter(output, { json, long });
    for (const row of rows) await printer.print(row);
  }
  await output.flush();
  if (rows.length === 0) tell([`${NAME}: nothing fits`, ...hints].join('; '));
  if (hasMore)
    tell(`${NAME}: the ${oldest ? 'oldest' : 'newest'} ${rows.length}, and there are more (--limit)`);
}
