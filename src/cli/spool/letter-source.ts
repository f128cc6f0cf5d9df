import { SIGNALS, type Signal } from '../../otlp/wire/batch.ts';
import { Cursor, type RecordSource } from '../../spool/log/cursor.ts';
import type { Header } from '../../spool/log/definitions.ts';
import { emptyView, KIND } from '../../spool/log/layout.ts';
import type { Settlement } from '../../spool/log/outcome.ts';
import type { Visit } from '../../spool/log/segment-reader.ts';
import type { FoundDeadLetter } from '../../spool/send/dead-letters.ts';
import { type SplitRequest, splitRequest } from './split-request.ts';

const BITS: Readonly<Record<Signal, number>> = { logs: 0, traces: 1, metrics: 2 };

interface Sendable extends Pick<SplitRequest, 'header'> {
  readonly field: Uint8Array;
  readonly found: FoundDeadLetter;
}

/**
 * The dead letters of a file as a log: the position of each is its place among them. Each has a header of its
 * own, so that each is sent alone: one that is refused again says nothing about the others.
 */
export class LetterSource implements RecordSource {
  readonly cursors: Readonly<Record<Signal, Cursor>>;
  /** The lines of the letters that were delivered. */
  readonly delivered = new Set<number>();
  readonly skips = 0;
  /** Letters that hold no request that could be sent. */
  readonly unsendable: number;
  readonly #letters: readonly Sendable[];
  /** How many records of each line are not delivered. */
  readonly #left = new Map<number, number>();
  readonly #onSettled: (settlement: Settlement) => void;

  constructor(found: readonly FoundDeadLetter[], onSettled: (settlement: Settlement) => void) {
    this.#onSettled = onSettled;
    this.#letters = found.flatMap((each) => {
      const { header, fields = [] } = splitRequest(each.letter.request) ?? {};
      return header === undefined ? [] : fields.map((field) => ({ header, field, found: each }));
    });
    for (const { found } of this.#letters) this.#left.set(found.line, (this.#left.get(found.line) ?? 0) + 1);
    this.unsendable = found.length - this.#left.size;
    this.cursors = {
      logs: new Cursor(this, BITS.logs, 0),
      traces: new Cursor(this, BITS.traces, 0),
      metrics: new Cursor(this, BITS.metrics, 0),
    };
    this.#letters.forEach(({ field, found: { letter } }, index) => {
      this.cursors[letter.signal].added(index, index, field.length);
    });
  }

  /** Letters that are neither delivered nor refused. */
  get pending(): number {
    return Object.values(this.cursors).reduce((sum, { pending }) => sum + pending, 0);
  }

  get end(): number {
    return this.#letters.length;
  }

  visit(from: number, visit: Visit): number {
    for (let index = from; index < this.#letters.length; index++) {
      const { field, found } = this.#letters[index] as Sendable;
      const view = {
        ...emptyView(),
        bytes: Buffer.from(field),
        position: index,
        end: index + 1,
        kind: KIND[found.letter.signal],
        id: index,
        nameId: index,
        sinks: 1 << BITS[found.letter.signal],
        to: field.length,
      };
      if (!visit(view)) return index;
    }
    return this.end;
  }

  header(id: number): Header | undefined {
    return this.#letters[id]?.header;
  }

  name(id: number): string {
    return this.#letters[id]?.found.letter.name ?? '';
  }

  sinkName(bit: number): string {
    return SIGNALS.find((signal) => BITS[signal] === bit) ?? '';
  }

  moved(): void {}

  settled(settlement: Settlement): void {
    if (settlement.outcome.column === 'acked') {
      for (const position of settlement.positions ?? []) {
        const line = this.#letters[position - 1]?.found.line;
        if (line === undefined) continue;
        const left = (this.#left.get(line) ?? 0) - 1;
        this.#left.set(line, left);
        if (left === 0) this.delivered.add(line);
      }
    }
    this.#onSettled(settlement);
  }
}
