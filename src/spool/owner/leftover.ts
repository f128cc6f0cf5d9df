import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Damage, DamageFiles } from '../disk/damage-files.ts';
import { quietly } from '../disk/quietly.ts';
import { Cursor, type RecordSource } from '../log/cursor.ts';
import { Definitions, type Header } from '../log/definitions.ts';
import { inLogOrder, type LogFile } from '../log/in-log-order.ts';
import { baseOf, type Contents, KIND, MAX_SINKS, type RecordView } from '../log/layout.ts';
import { type Found, HANDED_OVER, LOST, type Settlement } from '../log/outcome.ts';
import { recoverSegment } from '../log/recover-segment.ts';
import type { Segment } from '../log/segment.ts';
import { SegmentReader, type Visit } from '../log/segment-reader.ts';
import { trustedCursors } from '../log/trusted-cursors.ts';
import type { Home } from './home.ts';

/** Whom a leftover tells what becomes of its records. */
export interface LeftoverCalls {
  readonly onSettled: (source: RecordSource, settlement: Settlement) => void;
  readonly onFound: (source: RecordSource, found: Found) => void;
  /** What its records hold. Default `records`. */
  readonly holds?: Contents;
  /** A file that could be read when it was taken over, and cannot any more. */
  readonly onHeld?: (file: string, cause: unknown) => void;
}

interface Pending {
  readonly nameId: number;
  readonly bits: readonly number[];
  readonly end: number;
}

/**
 * What a dead owner left, now ours: read and acknowledged like our own, and removed when nothing is pending.
 *
 * `maxBytes` does not count its bytes: they are on disk already, they only become fewer, and dropping our own
 * records would not make room for them. Their owner's `maxBytes` bounded them; ours of age holds for them.
 */
export class Leftover implements RecordSource {
  readonly #home: Home;
  readonly #calls: LeftoverCalls;
  readonly #definitions: Definitions;
  readonly #reader: SegmentReader;
  readonly #cursors: Cursor[] = [];
  readonly #damageFiles: DamageFiles;
  #segments: Segment[] = [];
  /** Pending records that use a name that is not known, or not yet. */
  #unnamed: Pending[] = [];
  #unreadable = 0;
  /** Where the first of the files begins that could not be read. */
  #heldAt = Number.POSITIVE_INFINITY;
  /** Where each sink was, by its bit, when it became ours. */
  #positions: ReadonlyMap<number, number> = new Map();
  #done = false;

  private constructor(home: Home, calls: LeftoverCalls) {
    this.#home = home;
    this.#calls = calls;
    this.#definitions = new Definitions(calls.holds);
    this.#reader = new SegmentReader({ onHeld: (file, cause) => calls.onHeld?.(file, cause) });
    this.#damageFiles = new DamageFiles(path.dirname(home.path));
  }

  /** Reads all that `home` holds, checks it and counts what is pending. Never rejects for what it finds. */
  static async open(home: Home, calls: LeftoverCalls): Promise<Leftover> {
    const leftover = new Leftover(home, calls);
    await leftover.#recover();
    return leftover;
  }

  /** The names of the sinks that have something pending. */
  get sinks(): readonly string[] {
    return this.#cursors.filter(({ pending }) => pending > 0).map(({ sink }) => sink);
  }

  get damage(): Readonly<Damage> {
    return this.#damageFiles.damage;
  }

  /** Files that could not be read, and stay where they are. */
  get unreadable(): number {
    return this.#unreadable;
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

  /** Drops what is older, in epoch milliseconds of the append, and was not read yet. */
  expire(oldestMs: number): void {
    for (const cursor of this.#cursors) cursor.expire(oldestMs);
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

  get skips(): number {
    return this.#reader.skips;
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

  sinkName(bit: number): string {
    return this.#definitions.sinks[bit] ?? `sink ${bit}`;
  }

  moved(cursor: Cursor): void {
    if (this.#done) return;
    try {
      this.#home.cursors.write(cursor.bit, this.#passed(cursor));
    } catch {
      // After a crash the records are sent again.
    }
    this.#finishIfSettled();
  }

  settled(settlement: Settlement): void {
    this.#calls.onSettled(this, settlement);
  }

  async #recover(): Promise<void> {
    const files = this.#listFiles();
    this.#positions = trustedCursors(this.#home.path, files);
    for (const { name } of files) {
      const file = path.join(this.#home.path, name);
      const segment = await recoverSegment(file, {
        holds: this.#calls.holds ?? 'records',
        damageFiles: this.#damageFiles,
        visit: (record) => this.#found(record),
      });
      if (segment === 'unreadable') {
        if (!this.#isGone()) this.#leaveFrom(baseOf(name) ?? 0);
      } else if (segment !== undefined) this.#segments.push(segment);
    }
    for (const record of this.#unnamed) this.#tell(record);
    this.#unnamed = [];
    this.#keepWithin();
    this.#finishIfSettled();
  }

  /** A torn end has been cut off: the next process would not believe a place behind what is left. */
  #keepWithin(): void {
    const end = Math.max(...this.#segments.map((segment) => segment.end));
    if (this.#unreadable > 0 || !Number.isFinite(end)) return;
    for (const [bit, position] of this.#positions) {
      if (position > end) quietly(() => this.#home.cursors.write(bit, end));
    }
  }

  #found(record: RecordView): boolean {
    if (record.kind === KIND.definition) {
      this.#definitions.learn(record);
      return true;
    }
    const bits: number[] = [];
    for (let bit = 0; bit < MAX_SINKS; bit++) {
      if (!((record.sinks >>> bit) & 1) || record.end <= (this.#positions.get(bit) ?? 0)) continue;
      this.#cursorOf(bit).added(record.position, record.nameId, record.to - record.from);
      bits.push(bit);
    }
    if (bits.length === 0) return true;
    const { sinks } = this.#definitions;
    const pending = { nameId: record.nameId, bits, end: record.end };
    const isNamed =
      this.#definitions.knowsName(record.nameId) && bits.every((bit) => sinks[bit] !== undefined);
    // A definition that is damaged here may come again in a later segment.
    if (isNamed) this.#tell(pending);
    else this.#unnamed.push(pending);
    return true;
  }

  #tell({ nameId, bits, end }: Pending): void {
    const sinks = bits.map((bit) => this.sinkName(bit));
    this.#calls.onFound(this, { name: this.name(nameId), sinks, end });
  }

  #cursorOf(bit: number): Cursor {
    const known = this.#cursors.find((cursor) => cursor.bit === bit);
    if (known !== undefined) return known;
    const cursor = new Cursor(this, bit, 0);
    this.#cursors.push(cursor);
    return cursor;
  }

  #isOurs(): boolean {
    try {
      if (this.#home.isOurs()) return true;
    } catch {
      // The file system does not say: it is asked again.
      return false;
    }
    // Whoever has it now delivers it, if there is somebody.
    const outcome = this.#home.wasTaken() ? HANDED_OVER : LOST;
    this.#done = true;
    this.#reader.close();
    this.#home.cursors.close();
    for (const cursor of this.#cursors) cursor.lost(this.end, outcome);
    return false;
  }

  /** What could not be read may be readable for the next process. */
  #leaveFrom(position: number): void {
    this.#unreadable++;
    this.#heldAt = Math.min(this.#heldAt, position);
  }

  /** Everything before it is settled, so that the next process need not look: not what we could not read. */
  #passed({ bit, position }: Cursor): number {
    return Math.max(this.#positions.get(bit) ?? 0, Math.min(position, this.#heldAt));
  }

  /** Files go all at once, with the directory: they are few, and their space was in use before. */
  #finishIfSettled(): void {
    if (this.#cursors.some(({ pending }) => pending > 0)) return;
    this.#reader.close();
    if (this.#unreadable > 0) {
      this.#removeSegments();
      return;
    }
    this.#done = true;
    try {
      this.#home.remove();
    } catch {
      // Something that is not ours lies in it. It has no records, so the next process takes it for nothing.
    }
  }

  /** Of what the cursors do not pass, what is settled must not come again. */
  #removeSegments(): void {
    for (const { file = '' } of this.#segments) {
      try {
        rmSync(file, { force: true });
      } catch {
        // Sent twice is better than not at all.
      }
    }
    this.#segments = [];
  }

  #listFiles(): LogFile[] {
    try {
      return inLogOrder(this.#home.path, readdirSync(this.#home.path));
    } catch {
      if (!this.#isGone()) this.#leaveFrom(0);
      return [];
    }
  }

  /** Taken from us in this very moment: then nothing of it is ours to report, or to remove. */
  #isGone(): boolean {
    try {
      return !this.#home.isOurs();
    } catch {
      return false;
    }
  }
}
