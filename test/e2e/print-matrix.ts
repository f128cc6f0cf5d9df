import { readFileSync } from 'node:fs';
import { COLUMNS, type Column, type MatrixNote, type MatrixRowOptions } from './matrix-row.ts';

interface Row {
  readonly file: string;
  readonly options: MatrixRowOptions;
  versions: string;
  readonly wanted: Column[];
  readonly passed: { readonly column: Column; readonly said: string }[];
}

/** A check that did not run, or did not pass. */
const FAILED = 'FAIL';
/** A check that this fixture does not have. */
const NOT_CHECKED = '·';

/**
 * Prints what the test processes have noted, a row a fixture.
 * @param file - their notes
 * @returns whether all that was to be checked has passed
 */
export function printMatrix(file: string): boolean {
  const rows = readRows(file);
  const heads = ['fixture', 'by', 'node', 'installed', ...COLUMNS, 'result'];
  const lines = rows.map((row) => {
    const cells = COLUMNS.map((column) => cellOf(row, column));
    return [...aboutRow(row), ...cells, isGood(row) ? 'ok' : 'FAILED'];
  });
  const widths = heads.map((head, i) => Math.max(head.length, ...lines.map((line) => line[i]?.length ?? 0)));
  const text = [heads, ...lines].map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const good = rows.filter(isGood).length;
  console.log(
    `\n${text.join('\n')}\n\n${good} of ${rows.length} rows are ok; ${NOT_CHECKED} is not checked there`,
  );
  return rows.length > 0 && good === rows.length;
}

/** Those of one test file stand together. */
function readRows(file: string): Row[] {
  const rows = new Map<string, Row>();
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const note = JSON.parse(line) as MatrixNote;
    const row = rows.get(note.row);
    if (note.is === 'row') {
      const { file, options } = note;
      rows.set(note.row, { file, options, versions: '', wanted: [], passed: [] });
    } else if (note.is === 'installed' && row !== undefined) row.versions = note.versions;
    else if (note.is === 'wanted') row?.wanted.push(note.column);
    else if (note.is === 'passed') row?.passed.push(note);
  }
  return [...rows.values()].sort((a, b) => a.file.localeCompare(b.file));
}

function aboutRow({ options, versions }: Row): string[] {
  const { fixture, manager = 'npm', node = process.versions.node } = options;
  return [fixture, manager, node, versions];
}

function cellOf({ wanted, passed }: Row, column: Column): string {
  const asked = wanted.filter((each) => each === column).length;
  const said = passed.filter((each) => each.column === column).map((each) => each.said);
  if (asked === 0) return NOT_CHECKED;
  return said.length < asked ? FAILED : [...new Set(said)].join(', ');
}

function isGood(row: Row): boolean {
  return row.wanted.length > 0 && row.passed.length >= row.wanted.length;
}
