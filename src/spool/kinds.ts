import type { Signal } from '../otlp/wire/batch.ts';
import type { Header } from './log/definitions.ts';
import type { RecordKind } from './log/record-kind.ts';
import type { Spool } from './spool.ts';

/** Names beyond this many are looked up for each record. */
const MAX_REMEMBERED = 10_000;

/** The kinds of records of one header for one choice of sinks, by name. */
export class Kinds {
  readonly #spool: Spool;
  readonly #signal: Signal;
  readonly #header: Header;
  readonly #sinks: readonly string[];
  readonly #byName = new Map<string, RecordKind>();

  constructor(spool: Spool, signal: Signal, header: Header, sinks: readonly string[]) {
    this.#spool = spool;
    this.#signal = signal;
    this.#header = header;
    this.#sinks = sinks;
  }

  of(name: string): RecordKind {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const kind = this.#spool.kind(this.#signal, this.#header, name, this.#sinks);
    if (this.#byName.size < MAX_REMEMBERED) this.#byName.set(name, kind);
    return kind;
  }
}
