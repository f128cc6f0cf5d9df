import { type Paint, paintFor } from '../../exporters/terminal-line.ts';
import type { Row } from '../../viewer/store/event-store.ts';
import type { Output } from '../output/output.ts';
import { localDay } from './local-time.ts';
import { rowBlock } from './row-block.ts';
import { rowLine } from './row-line.ts';

/** How rows are printed. */
export interface PrintOptions {
  /** An object of JSON a line. */
  readonly json: boolean;
  /** All fields, a line each. */
  readonly long: boolean;
}

/** Prints rows as they come: a line each, on a terminal below the day that they are of. */
export class RowPrinter {
  readonly #output: Output;
  readonly #options: PrintOptions;
  readonly #paint: Paint;
  #day = '';

  constructor(output: Output, options: PrintOptions) {
    this.#output = output;
    this.#options = options;
    this.#paint = paintFor(process.stdout, process.env);
  }

  async print(row: Row): Promise<void> {
    const { json, long } = this.#options;
    if (json) return this.#output.line(JSON.stringify(row));
    if (long) return this.#output.painted(rowBlock(row, this.#paint));
    const { isTerminal, width } = this.#output;
    const day = localDay(row.timeMs);
    if (isTerminal && day !== this.#day) {
      this.#day = day;
      await this.#output.painted(this.#paint('dim', day));
    }
    await this.#output.painted(rowLine(row, { paint: this.#paint, width, hasDay: !isTerminal }));
  }
}
