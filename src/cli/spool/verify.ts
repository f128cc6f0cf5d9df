import path from 'node:path';
import { CURSOR_FILE } from '../../spool/log/cursor-file.ts';
import { DEFINES } from '../../spool/log/layout.ts';
import type { Gap, SegmentScan } from '../../spool/log/read-segment.ts';
import { ReadLog } from '../../spool/read/read-log.ts';
import { type SubDirectory, subDirectoriesOf } from '../../spool/read/read-spool.ts';
import { complain, defineCommand, oneDirectory } from '../command.ts';
import { counted } from '../output/human.ts';
import { Output } from '../output/output.ts';
import { printable } from '../output/to-table.ts';
import { wrapParts } from '../output/wrap-parts.ts';
import { checkLetters, type LetterCheck } from './letters-in.ts';

const NAME = 'otel-events spool verify';

const USAGE = `Usage: otel-events spool verify DIR

Reads every byte in the spool directory DIR and checks it: preambles, checksums, positions, the definitions
that records refer to, cursors and dead letters. A write that was not finished, at the end of a file, is no damage. Changes
nothing.

  --help  show this

Example: otel-events spool verify /var/spool/shop

Exit status: 0 all is whole; 1 something is damaged, or the arguments are wrong; 2 something could not be read.`;

export const command = defineCommand({
  name: NAME,
  usage: USAGE,
  options: {},
  async run(operands) {
    const directory = oneDirectory(operands);
    const output = new Output();
    const counts = { ok: 0, damaged: 0, unreadable: 0 };
    const homes = subDirectoriesOf(directory);
    const nameOf = output.isTerminal ? shortener(directory, homes) : namer(directory);
    const tell = async (findings: readonly Finding[]): Promise<void> => {
      for (const { state, file, note } of findings) {
        counts[state]++;
        for (const line of toLines(state, printable(nameOf(file)), printable(note), output.width)) {
          await output.line(line);
        }
      }
      await output.flush();
    };
    for (const home of homes) {
      const log = new ReadLog(home);
      await tell(check(log));
      for (const { file, error } of log.unread) complain(NAME, error.code ?? 'EIO', `cannot read ${file}`);
    }
    await tell(checkLetters(directory).map(ofLetters));
    await output.line(`${counts.ok} ok, ${counts.damaged} damaged, ${counts.unreadable} unreadable`);
    await output.flush();
    if (counts.unreadable > 0) return 2;
    return counts.damaged > 0 ? 1 : 0;
  },
});

interface Finding {
  readonly state: 'ok' | 'damaged' | 'unreadable';
  readonly file: string;
  readonly note: string;
}

type NameOf = (file: string) => string;

function namer(directory: string): NameOf {
  return (file) => path.relative(directory, file);
}

/** A sub-directory is shown by the end of its name, as `ls` does. */
function shortener(directory: string, homes: readonly SubDirectory[]): NameOf {
  const tokens = new Map(homes.map(({ name, token }) => [name, token]));
  return (file) => {
    const [first = '', ...rest] = path.relative(directory, file).split(path.sep);
    return [tokens.get(first) ?? first, ...rest].join(path.sep);
  };
}

const NOTE_INDENT = ' '.repeat(12);

/** One line, or, where that is too wide, the note below. */
function toLines(state: string, name: string, note: string, width: number): string[] {
  const head = `${state.padEnd(10)}  ${name}`;
  const line = `${head}  ${note}`.trimEnd();
  return line.length <= width ? [line] : [head, ...wrapParts([note], width, NOTE_INDENT, ' ')];
}

/** Reads a sub-directory. @returns a finding for each file, and one for each definition that is missing */
function check(log: ReadLog): Finding[] {
  const missing = missingDefinitions(log);
  const segments = log.segments.filter(({ kind }) => kind !== 'gone').map(ofSegment);
  const known = new Set(segments.map(({ file }) => file));
  const others = log.unread
    .filter(({ file }) => !known.has(file))
    .map(({ file, error }): Finding => ({ state: 'unreadable', file, note: error.code ?? '' }));
  return [...segments, ...missing, ...ofCursors(log), ...others];
}

function ofSegment({ file, kind, error, records, gaps }: SegmentScan): Finding {
  const found = counted(records, 'record');
  const [torn, bad] = [gaps.filter(({ isTorn }) => isTorn), gaps.filter(({ isTorn }) => !isTorn)];
  const end = torn.map((gap) => `, and a write that was not finished: ${stretch(gap)}`).join('');
  if (error !== undefined) return { state: 'unreadable', file, note: `${error.code}, after ${found}` };
  if (kind === 'unknown-version') return { state: 'damaged', file, note: 'a version that is not known here' };
  if (kind === 'too-large') return { state: 'damaged', file, note: 'larger than any segment' };
  if (kind === 'foreign') return { state: 'damaged', file, note: 'not a segment' };
  if (bad.length === 0) return { state: 'ok', file, note: `${found}${end}` };
  return { state: 'damaged', file, note: `${found}, and not one: ${bad.map(stretch).join(', ')}${end}` };
}

function stretch({ offset, bytes }: Gap): string {
  return `${counted(bytes, 'byte')} at offset ${offset}`;
}

function ofLetters({ file, records, badLines, isTorn }: LetterCheck): Finding {
  const found = counted(records, 'dead letter');
  const end = isTorn ? ', and a write that was not finished' : '';
  if (badLines.length === 0) return { state: 'ok', file, note: `${found}${end}` };
  return { state: 'damaged', file, note: `${found}, and not one: line ${badLines.join(', ')}${end}` };
}

const CONSEQUENCE: Readonly<Record<number, string>> = {
  [DEFINES.header]: 'they are delivered without a resource',
  [DEFINES.name]: 'they count under another name',
  [DEFINES.sink]: 'they wait under that name',
};
const WHAT: Readonly<Record<number, string>> = {
  [DEFINES.header]: 'header',
  [DEFINES.name]: 'event name',
  [DEFINES.sink]: 'sink',
};

function missingDefinitions(log: ReadLog): Finding[] {
  const missing = new Map<string, { readonly what: number; readonly id: number; count: number }>();
  const refer = (what: number, id: number): void => {
    if (log.defines(what, id)) return;
    const entry = missing.get(`${what} ${id}`) ?? { what, id, count: 0 };
    missing.set(`${what} ${id}`, { ...entry, count: entry.count + 1 });
  };
  for (const record of log.read()) {
    refer(DEFINES.header, record.id);
    refer(DEFINES.name, record.nameId);
    for (let bit = 0; bit < 32 && record.sinks >>> bit !== 0; bit++) {
      if ((record.sinks >>> bit) & 1) refer(DEFINES.sink, bit);
    }
  }
  // A later segment may have repeated what was damaged in an earlier one.
  const lost = [...missing.values()].filter(({ what, id }) => !log.defines(what, id));
  return lost.map(({ what, id, count }) => ({
    state: 'damaged',
    file: log.home.path,
    note: `${counted(count, 'record')} without the definition of ${WHAT[what]} ${id}: ${CONSEQUENCE[what]}`,
  }));
}

function ofCursors(log: ReadLog): Finding[] {
  const file = path.join(log.home.path, CURSOR_FILE);
  const nameOf = (bit: number): string => log.sinkNames((1 << bit) >>> 0).join();
  if (log.damagedCursors.length > 0) {
    const names = log.damagedCursors.map(nameOf).join(', ');
    return [{ state: 'damaged', file, note: `nothing valid for ${names}: all that is left is sent again` }];
  }
  if (log.positions.size === 0) return [];
  const settled = [...log.positions].map(([bit, position]) => `${nameOf(bit)} at ${position}`);
  return [{ state: 'ok', file, note: settled.join(', ') }];
}
