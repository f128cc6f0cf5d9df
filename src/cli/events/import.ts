import { statSync } from 'node:fs';
import { counted } from '../../counted.ts';
import { OtelEventsError } from '../../errors.ts';
import { type ImportedFile, importFile, type StoredSoFar } from '../../viewer/files/import-file.ts';
import type { EventStore } from '../../viewer/store/event-store.ts';
import { openStore } from '../../viewer/store/threads/open-store.ts';
import { withoutFix } from '../../without-fix.ts';
import { defineCommand, tell, usageError, wantFiles } from '../command.ts';
import { onSignal } from '../output/on-signal.ts';
import { Output } from '../output/output.ts';
import { progressBar, showProgress } from '../output/progress.ts';
import { wantRegularFiles } from '../want-regular-files.ts';

const NAME = 'otel-events import';

const USAGE = `Usage: otel-events import FILE... --directory STORE [--json]

Puts files of OTLP/JSON lines, as collectors write them, into a store of the
viewer, which is made if it is not there. They may be packed with gzip or zstd,
and rotated: name all of them. Half lines of a crash are skipped and counted.
What the store has already, by log.record.uid or span, is not kept again:
this may be run again. Records without log.record.uid are kept as they come.

  --directory STORE  where the store is; no viewer may be running on it
  --json             what became of each file, an object a line
  --help             show this

Example: otel-events import events*.jsonl.gz --directory ~/events

Exit status: 0 done; 1 the arguments are wrong; 2 something could not be read
or written, or it was told to stop.`;

const OPTIONS = { directory: { type: 'string' }, json: { type: 'boolean' } } as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(files, { directory, json = false }) {
    wantFiles(files);
    if (directory === undefined) throw usageError('--directory: into which store?');
    // One that is not there is said before the others are read.
    const bytes = wantRegularFiles(files);
    const stop = new AbortController();
    const end = onSignal(() => stop.abort());
    const store = await openStore({ directory });
    try {
      return await importAll(store, { files, bytes, json, signal: stop.signal });
    } finally {
      await store.close();
      end();
    }
  },
});

const NOTHING: StoredSoFar = { stored: 0, repeated: 0, metricPoints: 0 };

interface Job {
  readonly files: readonly string[];
  /** Of all files. */
  readonly bytes: number;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

async function importAll(store: EventStore, { files, bytes, json, signal }: Job): Promise<number> {
  const output = new Output();
  const totals = { stored: 0, repeated: 0, metricPoints: 0, skipped: 0, skippedRecords: 0 };
  let [read, before] = [0, 0];
  const endProgress = showProgress(() =>
    bytes === 0 ? '' : progressBar(`importing ${counted(files.length, 'file')}`, read / bytes),
  );
  try {
    for (const file of files) {
      const onRead = (now: number): void => {
        read = before + now;
      };
      let soFar: StoredSoFar = NOTHING;
      const onStored = (stored: StoredSoFar): void => {
        soFar = stored;
      };
      const {
        isHalf: _,
        end: __,
        ...counts
      } = await importFile(store, file, {
        onRead,
        onStored,
        signal,
      }).catch((error: unknown) => {
        throw brokenOff(error, file, summary(added(totals, soFar)));
      });
      if (signal.aborted) break;
      before += statSync(file).size;
      for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += counts[name];
      if (json) await output.line(JSON.stringify({ file, ...counts }));
    }
  } finally {
    endProgress();
  }
  if (!json) await output.line(summary(totals));
  await output.flush();
  if (!signal.aborted) return 0;
  tell(`${NAME}: told to stop; what was read is stored, and the rest is when this is run again`);
  return 2;
}

type Totals = StoredSoFar & Pick<ImportedFile, 'skipped' | 'skippedRecords'>;

function added(totals: Totals, { stored, repeated, metricPoints }: StoredSoFar): Totals {
  return {
    ...totals,
    stored: totals.stored + stored,
    repeated: totals.repeated + repeated,
    metricPoints: totals.metricPoints + metricPoints,
  };
}

/** The store's own error tells of one batch, and others were stored before it. */
function brokenOff(error: unknown, file: string, done: string): unknown {
  if (!(error instanceof OtelEventsError) || error.code !== 'STORE_UNWRITABLE') return error;
  return new OtelEventsError('STORE_UNWRITABLE', `${file}, behind ${done}: ${withoutFix(error)}`, {
    cause: error,
    fix: 'make room, and run it again: what has a log.record.uid, or is a span, is not stored twice',
  });
}

function summary(totals: Totals): string {
  const { stored, repeated, metricPoints, skipped, skippedRecords } = totals;
  return [
    `${counted(stored, 'record')} stored`,
    ...(repeated > 0 ? [`${repeated} there already`] : []),
    ...(metricPoints > 0 ? [`${counted(metricPoints, 'point')} of metrics counted`] : []),
    ...(skippedRecords > 0 ? [`${counted(skippedRecords, 'record')} skipped that cannot be read`] : []),
    ...(skipped > 0 ? [`${counted(skipped, 'line')} skipped that cannot be read`] : []),
  ].join(', ');
}
