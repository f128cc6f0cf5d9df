import path from 'node:path';
import { QUARANTINE_DIRECTORY } from '../../spool/disk/damage-files.ts';
import { ReadLog } from '../../spool/read/read-log.ts';
import { countFiles, subDirectoriesOf } from '../../spool/read/read-spool.ts';
import { defineCommand, oneDirectory } from '../command.ts';
import { fitTable } from '../output/fit-table.ts';
import { counted, EXACT_STYLE, humanStyle, isoTime, type NumberStyle } from '../output/human.ts';
import { Output } from '../output/output.ts';
import type { Column } from '../output/to-table.ts';
import { countLetters } from './letters-in.ts';
import { unreadStatus } from './read-status.ts';
import { type LogSummary, summarise, totalOf } from './summarise.ts';

const NAME = 'otel-events spool ls';

const USAGE = `Usage: otel-events spool ls DIR [--json]

Tells what is in the spool directory DIR: a row for each sub-directory with its owner, how much it holds,
how much of it each sink has still to get, and what is damaged; below, what was refused, and what was set aside
as damaged. Reads everything, changes nothing.

  --json  one JSON document with exact numbers
  --help  show this

Example: otel-events spool ls /var/spool/shop

Exit status: 0 done; 1 the arguments are wrong; 2 something could not be read.`;

const OPTIONS = { json: { type: 'boolean' } } as const;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: OPTIONS,
  async run(operands, { json = false }) {
    const directory = oneDirectory(operands);
    const summaries = summariseAll(directory);
    const output = new Output();
    const contents = {
      directory,
      summaries,
      deadLetters: countLetters(directory),
      quarantine: countFiles(path.join(directory, QUARANTINE_DIRECTORY)),
    };
    const lines = json ? [JSON.stringify(toJson(contents), null, 2)] : toText(contents, output);
    for (const line of lines) await output.block(line);
    await output.flush();
    return unreadStatus(NAME, summaries, 0);
  },
});

/** What was taken over while it was read is found under its new name. */
function summariseAll(directory: string): LogSummary[] {
  const known = new Set<string>();
  let summaries: LogSummary[] = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const homes = subDirectoriesOf(directory).filter(({ name }) => !known.has(name));
    for (const home of homes) {
      known.add(home.name);
      summaries.push(summarise(new ReadLog(home)));
    }
    const left = summaries.length;
    summaries = summaries.filter(({ isGone }) => !isGone);
    if (summaries.length === left) break;
  }
  return summaries;
}

const MAX_ROUNDS = 3;

interface Contents {
  readonly directory: string;
  readonly summaries: readonly LogSummary[];
  readonly deadLetters: { readonly files: number; readonly bytes: number; readonly records: number };
  /** What was set aside as damaged: nothing of the option `quarantine`, which keeps whole events. */
  readonly quarantine: { readonly files: number; readonly bytes: number };
}

const COLUMNS: readonly Column[] = [
  { title: 'SUB-DIRECTORY' },
  { title: 'OWNER' },
  { title: 'SEGMENTS', alignRight: true },
  { title: 'SIZE', alignRight: true },
  { title: 'RECORDS', alignRight: true },
  { title: 'OLDEST', alignRight: true },
  { title: 'NEWEST', alignRight: true },
  { title: 'PENDING' },
  { title: 'DAMAGE' },
];

function toText({ summaries, deadLetters, quarantine }: Contents, { isTerminal, width }: Output): string[] {
  const style = isTerminal ? humanStyle(Date.now()) : EXACT_STYLE;
  const total = totalOf(summaries);
  const rows = summaries.map((summary) => [
    summary.home.token,
    ownerOf(summary, style),
    ...cells(summary, style),
  ]);
  if (summaries.length > 1) rows.push(['total', '', ...cells(total, style)]);
  const letters = `${counted(deadLetters.records, 'record', style)}, ${sizeOf(deadLetters.bytes, style)}`;
  const aside = `${counted(quarantine.files, 'file', style)}, ${sizeOf(quarantine.bytes, style)}`;
  return [
    ...(rows.length > 0
      ? fitTable(COLUMNS, rows, { width })
      : ['no sub-directories: nothing is spooled here']),
    '',
    `dead letters  ${deadLetters.records > 0 ? letters : 'none'}`,
    `set aside     ${quarantine.files > 0 ? `${aside}, damaged, in ${QUARANTINE_DIRECTORY}/` : 'nothing'}`,
  ];
}

function ownerOf({ home }: LogSummary, style: NumberStyle): string {
  if (home.state === 'free') return 'free';
  const heartbeat = home.state === 'unknown' ? `, heartbeat ${style.time(home.heartbeatMs)}` : '';
  return `${home.state} (${home.pid}${heartbeat})`;
}

function cells(summary: Omit<LogSummary, 'home'>, style: NumberStyle): string[] {
  const pending = Object.entries(summary.pending).map(([sink, count]) => `${sink}: ${style.count(count)}`);
  return [
    style.count(summary.segments),
    style.bytes(summary.bytes),
    style.count(summary.records),
    style.time(summary.oldestMs),
    style.time(summary.newestMs),
    pending.join(', ') || '-',
    damageOf(summary, style),
  ];
}

function damageOf({ damage, unread }: Omit<LogSummary, 'home'>, style: NumberStyle): string {
  const parts: string[] = [];
  if (damage.stretches > 0)
    parts.push(`${counted(damage.stretches, 'gap', style)}, ${sizeOf(damage.bytes, style)}`);
  if (damage.files > 0) parts.push(counted(damage.files, 'unknown file', style));
  if (damage.cursors > 0) parts.push(counted(damage.cursors, 'cursor', style));
  if (unread.length > 0) parts.push(`${counted(unread.length, 'file', style)} unreadable`);
  return parts.join(', ') || '-';
}

/** Exact numbers stand without a unit in a column; in a sentence they need one. */
function sizeOf(bytes: number, style: NumberStyle): string {
  return style === EXACT_STYLE ? `${bytes} bytes` : style.bytes(bytes);
}

function toJson({ directory, summaries, deadLetters, quarantine }: Contents): object {
  return {
    directory: path.resolve(directory),
    subDirectories: summaries.map(({ home, ...summary }) => ({
      name: home.name,
      token: home.token,
      owner: { state: home.state, pid: home.pid, heartbeat: isoOrUndefined(home.heartbeatMs) },
      ...jsonOf(summary),
    })),
    total: jsonOf(totalOf(summaries)),
    deadLetters,
    quarantine,
  };
}

function jsonOf({ oldestMs, newestMs, unread, isGone: _, ...counts }: Omit<LogSummary, 'home'>): object {
  return {
    ...counts,
    oldest: isoOrUndefined(oldestMs),
    newest: isoOrUndefined(newestMs),
    unread: unread.map(({ file, error }) => ({ file, code: error.code })),
  };
}

function isoOrUndefined(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : isoTime(ms);
}
