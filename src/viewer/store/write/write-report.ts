import type { EmittedReport } from '../../../otlp/emitted/emitted-report.ts';
import type { EventFile } from '../file/event-file.ts';
import { type LedgerCounts, sourceOf } from './ledger-counts.ts';

/**
 * Adds what a logger says that it has emitted to a file; inside of a transaction. A report that is known, by its number, is
 * passed over.
 * @param earlier - the other files of the store, oldest first
 * @param nowMs - Unix epoch
 */
export function writeReport(
  file: EventFile,
  earlier: readonly EventFile[],
  report: EmittedReport,
  ledger: LedgerCounts,
  nowMs: number,
): void {
  const { service, logger, sequence, isLast, cells, underWay } = report;
  const known = [file, ...earlier.toReversed()]
    .map((one) => one.prepare('select sequence, first from logger where id = ?').get(logger))
    .find((row) => row !== undefined);
  if (known !== undefined && (known.sequence as number) >= sequence) return;
  file
    .prepare('insert or replace into logger values(?, ?, ?, ?, ?, ?)')
    .run(logger, service, sequence, (known?.first as number | undefined) ?? nowMs, nowMs, isLast ? 1 : 0);
  const addEmitted = file.prepare(
    'insert into emitted values(?, ?, ?) on conflict do update set n = n + excluded.n',
  );
  const addLost = file.prepare(
    'insert into lost values(?, ?, ?, ?) on conflict do update set n = n + excluded.n',
  );
  for (const { name, minute, emitted, lost } of cells) {
    // What is stored of the others nobody can tell; an event of 1970 may be stored as one without a time, by its arrival.
    if (minute === 0 || !ledger.tellsApart(service, name)) continue;
    const source = sourceOf(file, service, name);
    addEmitted.run(source, minute, emitted);
    for (const [reason, count] of lost) addLost.run(source, minute, reason, count);
  }
  file.prepare('delete from under_way where logger = ?').run(logger);
  const addUnderWay = file.prepare('insert into under_way values(?, ?, ?)');
  for (const [name, count] of underWay) if (count > 0) addUnderWay.run(logger, name, count);
}
