import { openStoreReader } from '../../reconcile/open-store-reader.ts';
import { type Progress, type Reconciled, reconcile } from '../../reconcile/reconcile.ts';
import type { Intake } from '../../reconcile/store-reader.ts';
import { readDuration, readTime } from '../../viewer/query/read-time.ts';
import { defineCommand, tell, usageError, wantFiles } from '../command.ts';
import { filesOf } from '../files-of.ts';
import { onSignal } from '../output/on-signal.ts';
import { Output } from '../output/output.ts';
import { progressBar, showProgress } from '../output/progress.ts';
import { readHeaders } from '../read-headers.ts';
import { wantRegularFiles } from '../want-regular-files.ts';
import { linesOf, toJson } from './print-reconciled.ts';

const NAME = 'otel-events reconcile';

const USAGE = `Usage: otel-events reconcile --files 'FILES' --store STORE=URL [OPTIONS]

Compares the events in files with those in a store, by name and minute, and
says what the store has not: what it had in memory when it was killed, say.
Files are those that a collector writes: OTLP/JSON lines, packed or not.

  --files 'FILES'    such as 'events*.jsonl*'; may be repeated
  --store STORE=URL  victorialogs=http://localhost:9428,
                     loki=http://localhost:3100, viewer=http://localhost:4319
  --mend             sends what is missing, and only that, with its ids and
                     times, and looks again when the store has written it
  --to URL           sends it there instead, as OTLP/HTTP, such as a collector
                     that makes of events what the store takes
  --since TIME       only events from then on: 2h, 2026-11-30T09:30
  --until TIME       only events before; 1m leaves out what is on its way
  --each             looks at each id, not only where the counts differ
  --header 'NAME: VALUE'
                     for the store, such as a token; @FILE reads them
  --json             all minutes, as one object
  --help             show this

Example: otel-events reconcile --files 'events*.jsonl' \\
           --store victorialogs=http://localhost:9428 --mend

Exit status: 0 nothing is missing; 1 something is, or the arguments are wrong;
2 something could not be read, asked or sent.`;

const OPTIONS = {
  files: { type: 'string', multiple: true },
  store: { type: 'string' },
  mend: { type: 'boolean' },
  to: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  each: { type: 'boolean' },
  header: { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(operands, { files: patterns = [], store: address, mend = false, to, json = false, ...more }) {
    // A shell that was not kept from it has put the files behind the first one.
    const files = filesOf([...patterns, ...operands]);
    wantFiles(files);
    if (address === undefined) throw usageError('--store: with which store?', 'such as victorialogs=URL');
    if (to !== undefined && !mend) throw usageError('--to: only together with --mend');
    const store = openStoreReader(address, readHeaders(more.header ?? []));
    const range = { fromMs: timeOf('since', more.since, 0), toMs: timeOf('until', more.until, Infinity) };
    if (range.fromMs >= range.toMs)
      throw usageError('--since is not before --until', 'such as --since 3h --until 2h');
    const bytes = wantRegularFiles(files);
    // Before anything is read: whether the store is there, and where it takes what is missing.
    const intake = to === undefined ? await store.intake() : intakeOf(to);
    await store.find(['00000000-0000-7000-8000-000000000000'], Date.now());
    const stop = new AbortController();
    let progress: Progress | undefined;
    const ends = [
      onSignal(() => stop.abort()),
      showProgress(() => (progress === undefined ? '' : progressText(progress))),
    ];
    try {
      const found = await reconcile({
        ...range,
        files,
        bytes,
        store,
        each: more.each ?? false,
        mend: mend ? intake : undefined,
        signal: stop.signal,
        onProgress: (now) => {
          progress = now;
        },
      });
      for (const end of ends) end();
      return await report(found, { files, kind: store.kind, origin: store.origin, json, mend });
    } finally {
      for (const end of ends) end();
    }
  },
});

interface About {
  readonly files: readonly string[];
  readonly kind: string;
  readonly origin: string;
  readonly json: boolean;
  readonly mend: boolean;
}

async function report(found: Reconciled, about: About): Promise<number> {
  const output = new Output();
  if (about.json) await output.line(JSON.stringify(toJson(found, about)));
  else for (const line of linesOf(found, about, output.width)) await output.line(line);
  await output.flush();
  if (found.isStopped) {
    tell(`${NAME}: told to stop; what was not compared is not in this`);
    return 2;
  }
  return found.left + found.bareMissing > 0 ? 1 : 0;
}

/** @param ifNone - milliseconds of the Unix epoch */
function timeOf(option: 'since' | 'until', text: string | undefined, ifNone: number): number {
  if (text === undefined) return ifNone;
  const ago = readDuration(text);
  const ms = ago === undefined ? readTime(text) : Date.now() - ago;
  if (ms === undefined)
    throw usageError(`--${option}: no time: ${JSON.stringify(text)}`, 'such as 2h or 2026-11-30T09:30');
  return ms;
}

function intakeOf(to: string): Intake {
  const url = URL.parse(to);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '')
    throw usageError('--to: wanted an http or https URL', 'such as http://localhost:4318');
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/logs`;
  return { url, headers: {} };
}

const STEPS = {
  reading: 'reading files',
  comparing: 'comparing',
  sending: 'sending what is missing',
  waiting: 'waiting for the store',
} as const;

function progressText({ step, done, of }: Progress): string {
  return of === 0 ? '' : progressBar(STEPS[step], done / of);
}
