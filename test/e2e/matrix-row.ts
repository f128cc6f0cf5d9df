import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

/** The columns of the matrix: one kind of check each. */
export const COLUMNS = [
  'install',
  'peers',
  'apis',
  'trace',
  'once',
  'through',
  'globals',
  'warnings',
  'own spans',
  'ledger',
  'other',
] as const;
export type Column = (typeof COLUMNS)[number];

/** What a row is about. */
export interface MatrixRowOptions {
  readonly fixture: string;
  /** Package manager with its version; default `npm`. */
  readonly manager?: string;
  /** Version of the Node that runs the app; default that of this process. */
  readonly node?: string;
}

/** One line of the file in which test processes note what they have checked. */
export type MatrixNote = { readonly row: string } & (
  | { readonly is: 'row'; readonly file: string; readonly options: MatrixRowOptions }
  | { readonly is: 'installed'; readonly versions: string }
  | { readonly is: 'wanted'; readonly column: Column }
  | { readonly is: 'passed'; readonly column: Column; readonly said: string }
);

/** Where that file is, for test processes. */
export const MATRIX_FILE = 'OTEL_EVENTS_MATRIX';

let rows = 0;

/** A row of the matrix. A column counts as checked when every test that was registered for it has passed. */
export class MatrixRow {
  readonly #row = `${process.pid}-${++rows}`;

  constructor(options: MatrixRowOptions) {
    this.#note({ is: 'row', file: path.basename(process.argv[1] ?? ''), options });
  }

  /** Notes what was really installed, such as `api 1.10.0`. */
  installed(versions: string): void {
    this.#note({ is: 'installed', versions });
  }

  /**
   * Registers a test that checks one column.
   * @param check - answers what the cell is to show; default `ok`
   */
  check(column: Column, title: string, check: () => unknown): void {
    this.#note({ is: 'wanted', column });
    test(title, async () => {
      const said = await check();
      this.#note({ is: 'passed', column, said: typeof said === 'string' ? said : 'ok' });
    });
  }

  #note(note: WithoutRow<MatrixNote>): void {
    const file = process.env[MATRIX_FILE];
    if (file === undefined) throw new Error('run npm run test:dropin, which also prints the matrix');
    appendFileSync(file, `${JSON.stringify({ row: this.#row, ...note })}\n`);
  }
}

type WithoutRow<T> = T extends unknown ? Omit<T, 'row'> : never;
