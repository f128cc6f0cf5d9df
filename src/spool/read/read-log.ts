import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { CURSOR_FILE, readCursors } from '../log/cursor-file.ts';
import { Definitions, type Header } from '../log/definitions.ts';
import { inLogOrder } from '../log/in-log-order.ts';
import { DEFINES, KIND, MAX_SINKS, type RecordView } from '../log/layout.ts';
import { SegmentScan } from '../log/read-segment.ts';
import { type SubDirectory, subDirectoriesOf } from './read-spool.ts';

/** A file or directory that could not be read, and why. */
export interface Unread {
  readonly file: string;
  readonly error: NodeJS.ErrnoException;
}

/** What one sub-directory held when it was looked at. Nothing in it is changed, whoever owns it. */
export class ReadLog {
  readonly home: SubDirectory;
  /** Of the cursor file, by the bit of the sink; what is missing has settled nothing. */
  readonly positions: ReadonlyMap<number, number>;
  /** Sinks whose place in the cursor file holds something, and nothing valid. */
  readonly damagedCursors: readonly number[];
  readonly segments: readonly SegmentScan[];
  /** The definitions met so far. */
  readonly definitions = new Definitions();
  readonly #unread: Unread[] = [];
  readonly #known = new Set<number>();
  #hasLookedAhead = false;

  constructor(home: SubDirectory) {
    this.home = home;
    // The cursors first: what is settled from here on is read once too often, and nothing is missed.
    const slots =
      this.#tried(path.join(home.path, CURSOR_FILE), (file) => readFileSync(file)) ?? Buffer.alloc(0);
    this.positions = readCursors(home.path);
    this.damagedCursors = this.isGone ? [] : damagedIn(slots, this.positions);
    const names = this.#tried(home.path, (directory) => readdirSync(directory)) ?? [];
    this.segments = inLogOrder(home.path, names).map(
      ({ name }) => new SegmentScan(path.join(home.path, name)),
    );
  }

  /** What could not be read so far. */
  get unread(): readonly Unread[] {
    const unfinished = this.segments.flatMap(({ file, error }) =>
      error === undefined ? [] : [{ file, error }],
    );
    return [...this.#unread, ...unfinished];
  }

  /** Whether somebody removed or renamed it since. */
  get isGone(): boolean {
    return !existsSync(this.home.path);
  }

  /** The sinks that were met so far, as a mask. */
  get sinks(): number {
    return this.definitions.sinks.reduce((mask, _, bit) => (mask | (1 << bit)) >>> 0, 0);
  }

  /** The records that hold a field, in the order of the log. The view is filled again for the next one. */
  *read(): Generator<RecordView, void> {
    for (const segment of this.segments) {
      for (const record of segment.read()) {
        this.definitions.holds = segment.holds;
        if (record.kind === KIND.definition) this.#learn(record);
        else yield record;
      }
    }
  }

  /** The sinks, as a mask, that have not settled `record`. */
  pendingOf({ sinks, position }: RecordView): number {
    let mask = sinks;
    for (const [bit, settled] of this.positions) if (position < settled) mask &= ~(1 << bit);
    return mask >>> 0;
  }

  /** The header of `id`; one whose definition was damaged is looked for in the segments to come. */
  header(id: number): Header | undefined {
    if (this.definitions.header(id) === undefined) this.#lookAhead();
    return this.definitions.header(id);
  }

  /** The names of the sinks of a mask. */
  sinkNames(mask: number): string[] {
    const names: string[] = [];
    for (let bit = 0; bit < MAX_SINKS; bit++) {
      if (!((mask >>> bit) & 1)) continue;
      if (this.definitions.sinks[bit] === undefined) this.#lookAhead();
      names.push(this.definitions.sinks[bit] ?? `sink ${bit}`);
    }
    return names;
  }

  /** Whether the definition of a header, name or sink was met so far. */
  defines(what: number, id: number): boolean {
    if (what === DEFINES.name && this.definitions.knowsName(id)) return true;
    return this.#known.has(what * 2 ** 32 + id);
  }

  #learn(record: RecordView): void {
    this.definitions.learn(record);
    this.#known.add(record.defines * 2 ** 32 + record.id);
  }

  #lookAhead(): void {
    if (this.#hasLookedAhead) return;
    this.#hasLookedAhead = true;
    for (const { file } of this.segments) {
      for (const record of new SegmentScan(file).read()) {
        if (record.kind === KIND.definition) this.#learn(record);
      }
    }
  }

  #tried<T>(file: string, read: (file: string) => T): T | undefined {
    try {
      return read(file);
    } catch (cause) {
      const error = cause as NodeJS.ErrnoException;
      if (error.code !== 'ENOENT') this.#unread.push({ file, error });
      return undefined;
    }
  }
}

/** Whether something that was there when `logs` were opened goes on under a name of its new owner. */
export function isMoved(directory: string, logs: readonly ReadLog[]): boolean {
  if (!logs.some(({ isGone }) => isGone)) return false;
  const known = new Set(logs.map(({ home }) => home.name));
  return subDirectoriesOf(directory).some(({ name }) => !known.has(name));
}

const SLOT_BYTES = 24;

function damagedIn(slots: Buffer, positions: ReadonlyMap<number, number>): number[] {
  const bytesPerSink = 2 * SLOT_BYTES;
  return Array.from({ length: MAX_SINKS }, (_, sink) => sink).filter((sink) => {
    const place = slots.subarray(sink * bytesPerSink, (sink + 1) * bytesPerSink);
    return !positions.has(sink) && place.some((byte) => byte !== 0);
  });
}
