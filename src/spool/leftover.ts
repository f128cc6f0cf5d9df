import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Cursor, type Drop, type RecordSource } from './cursor.ts';
import { readCursors } from './cursor-file.ts';
import { Definitions, type Header } from './definitions.ts';
import type { Home } from './home.ts';
import { KIND, MAX_SINKS, type RecordView } from './layout.ts';
import { type Damage, Quarantine } from './quarantine.ts';
import { recoverSegment } from './recover-segment.ts';
import type { Segment } from './segment.ts';
import { SegmentReader, type Visit } from './segment-reader.ts';

/** What a dead owner left, now ours: read and acknowledged like our own, and removed when nothing is pending. */
export class Leftover implements RecordSource {
  readonly #home: Home;
  readonly #onDropped: (drop: Drop) => void;
  readonly #definitions = new Definitions();
  readonly #reader = new SegmentReader();
  readonly #cursors: Cursor[] = [];
  readonly #quarantine: Quarantine;
  #segments: Segment[] = [];
  #done = false;

  private constructor(home: Home, onDropped: (drop: Drop) => void) {
    this.#home = home;
    this.#onDropped = onDropped;
    this.#quarantine = new Quarantine(path.dirname(home.path));
  }

  /** Reads all that `home` holds, checks it and counts what is pending. Never rejects for what it finds. */
  static async open(home: Home, onDropped: (drop: Drop) => void): Promise<Leftover> {
    const leftover = new Leftover(home, onDropped);
    await leftover.#recover();
    return leftover;
  }

  /** The names of the sinks that have something pending. */
  get sinks(): readonly string[] {
    return this.#cursors.filter(({ pending }) => pending > 0).map(({ sink }) => sink);
  }

  get damage(): Readonly<Damage> {
    return this.#quarantine.damage;
  }

  get directory(): string {
    return this.#home.path;
  }

  /** Nothing is pending any more, or it is out of our hands. */
  get isDone(): boolean {
    return this.#done;
  }

  get end(): number {
    return this.#segments.at(-1)?.end ?? 0;
  }

  /** The cursor of a sink, by its name; undefined if nothing was left for it. */
  cursor(sink: string): Cursor | undefined {
    return this.#cursors.find((cursor) => cursor.sink === sink);
  }

  /** Gives up what is pending and not in flight for a sink that is not served any more. */
  drop(sink: string, reason: string): void {
    const cursor = this.cursor(sink);
    if (cursor === undefined) return;
    cursor.dropWhile(reason, () => true);
    this.moved(cursor);
  }

  /** Tells others that it has an owner, and finds out if it has another one. */
  beat(nowMs: number): void {
    if (!this.#done && this.#isOurs()) this.#home.beat(nowMs);
  }

  /** Leaves what is pending to the next process. */
  close(): void {
    if (this.#done) return;
    this.#done = true;
    this.#reader.close();
    if (this.#home.isOurs()) this.#home.release();
  }

  visit(from: number, visit: Visit): number {
    let position = from;
    if (this.#done || !this.#isOurs()) return from;
    for (const segment of this.#segments) {
      if (segment.end <= position) continue;
      const at = this.#reader.visit(segment, Math.max(position, segment.base), segment.end, visit);
      if (at < segment.end) return at;
      position = at;
    }
    return position;
  }

  header(id: number): Header | undefined {
    return this.#definitions.header(id);
  }

  name(id: number): string {
    return this.#definitions.name(id);
  }

  moved(cursor: Cursor): void {
    if (this.#done) return;
    try {
      this.#home.cursors.write(cursor.bit, cursor.position);
    } catch {
      // After a crash the records are sent again.
    }
    // Files go all at once, with the directory: they are few, and their space was in use before.
    if (this.#cursors.every(({ pending }) => pending === 0)) this.#finish();
  }

  dropped(drop: Drop): void {
    this.#onDropped(drop);
  }

  async #recover(): Promise<void> {
    const positions = readCursors(this.#home.path);
    for (const name of listFiles(this.#home.path)) {
      const file = path.join(this.#home.path, name);
      const segment = await recoverSegment(file, this.#quarantine, (record) =>
        this.#found(record, positions),
      );
      if (segment !== undefined) this.#segments.push(segment);
    }
    if (this.#cursors.every(({ pending }) => pending === 0)) this.#finish();
  }

  #found(record: RecordView, positions: ReadonlyMap<number, number>): boolean {
    if (record.kind === KIND.definition) {
      this.#definitions.learn(record);
      return true;
    }
    for (let bit = 0; bit < MAX_SINKS; bit++) {
      if (!((record.sinks >>> bit) & 1) || record.position < (positions.get(bit) ?? 0)) continue;
      this.#cursorOf(bit).added(record.position, record.nameId, record.to - record.from);
    }
    return true;
  }

  #cursorOf(bit: number): Cursor {
    const known = this.#cursors.find((cursor) => cursor.bit === bit);
    if (known !== undefined) return known;
    const cursor = new Cursor(this, this.#definitions.sinks[bit] ?? `sink ${bit}`, bit, 0);
    this.#cursors.push(cursor);
    return cursor;
  }

  #isOurs(): boolean {
    if (this.#home.isOurs()) return true;
    // Whoever has it now delivers it.
    this.#done = true;
    this.#reader.close();
    this.#home.cursors.close();
    for (const cursor of this.#cursors) cursor.lost(this.end, 'taken_over');
    return false;
  }

  #finish(): void {
    this.#done = true;
    this.#reader.close();
    try {
      this.#home.remove();
    } catch {
      // Something that is not ours lies in it. It has no records, so the next process takes it for nothing.
    }
  }
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    // Taken from us, or gone, in this very moment.
    return [];
  }
}
