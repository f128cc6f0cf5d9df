import {
  decodeContent,
  decodeField,
  decodeProtobuf,
  type OtlpObject,
  type OtlpValue,
} from './decode-protobuf.ts';
import { EMPTY } from './empty-message.ts';
import { encodeProtobuf } from './encode-protobuf.ts';
import {
  changeEntries,
  type Entries,
  fieldOfEntries,
  findEntry,
  keyValue,
  NO_ENTRIES,
  putEntry,
  removeEntries,
} from './entries.ts';
import { type Places, placesOf } from './field-places.ts';
import type { Field, Message } from './message.ts';
import { MessageNotes } from './message-notes.ts';
import { RECORD } from './messages.ts';
import type { PieceWriter } from './piece-writer.ts';
import { ProtobufReader } from './protobuf-reader.ts';
import type { OpenedBytes } from './transcoder.ts';

const ANY_VALUE = RECORD.logs.byName.get('body')?.type as Message;

/** What is known of a field's value. */
const [UNREAD, READ, SET] = [0, 1, 2];

interface Added {
  readonly place: number;
  readonly key: string;
  value: OtlpObject;
}

/**
 * A message within opened bytes that have been checked, as a decoder would show it: only the fields and attributes that
 * somebody asks for are decoded. What is set is noted beside the bytes, and the message can be written anew, of copies
 * of what has not changed. One view serves for many messages, one after the other.
 */
export class MessageView {
  readonly #notes: MessageNotes;
  readonly #reader: ProtobufReader;
  #message: Message | undefined;
  #places: Places = new Map();
  /** By the number of a field. */
  readonly #states: number[] = [];
  readonly #values: (OtlpValue | undefined)[] = [];
  /** Of entries that were given another value, by note; null of what was taken away, or set. */
  readonly #changed: (OtlpObject | null | undefined)[] = [];
  /** Which notes these are: to begin anew with the few that there are is faster than with all. */
  readonly #touched: number[] = [];
  /** Whether a field was set. */
  #hasSet = false;
  /** Entries that are new. */
  readonly #added: Added[] = [];
  /** All of it, where somebody wanted that, or where it cannot be noted. */
  #decoded: OtlpObject | undefined;
  /** Whether any of the states is another one than unread. */
  #hasRead = false;
  #edits = 0;

  /** @param table - that no other view fills */
  constructor(opened: OpenedBytes, bytes: Uint8Array, table: number) {
    this.#notes = new MessageNotes(opened, bytes, table);
    this.#reader = new ProtobufReader(bytes);
  }

  /** Begins with another message, whose content stands there in the bytes. */
  take(message: Message, start: number, end: number): void {
    if (message !== this.#message) {
      this.#message = message;
      this.#places = placesOf(message);
      this.#hasRead = true;
      this.#states.length = message.fields.length;
    }
    this.#notes.take(message, start, end);
    this.#decoded = undefined;
    if (this.#edits > 0) this.#forgetEdits();
    if (!this.#hasRead) return;
    this.#hasRead = false;
    for (let place = 0; place < this.#states.length; place++) this.#states[place] = UNREAD;
  }

  /** Begins with the message in a field of another one; with an empty one where that has none. */
  takeFrom(outer: MessageView, field: string): void {
    const place = outer.#placeOf(field);
    const { type } = outer.#kind.fields[place] as Field;
    const notes = outer.#notes;
    const note = notes.find(place);
    if (note < 0) this.take(type as Message, 0, 0);
    else this.take(type as Message, notes.contentOf(note), notes.endOf(note));
  }

  /** Whether it is like what everybody sends. Who asks for more of others than their fields has all of them decoded. */
  get isUsual(): boolean {
    return this.#notes.isUsual;
  }

  /** How often it was changed. */
  get edits(): number {
    return this.#edits;
  }

  get isChanged(): boolean {
    return this.#edits > 0;
  }

  /** All of it, as it is now. Nobody may change it. */
  get message(): OtlpObject {
    this.#decoded ??= this.#decode();
    return this.#decoded;
  }

  get(name: string): OtlpValue | undefined {
    if (this.#decoded !== undefined) return this.#decoded[name];
    const place = this.#placeOf(name);
    if (place < 0) return undefined;
    if (this.#states[place] === UNREAD) {
      if (!this.isUsual) return this.message[name];
      this.#values[place] = this.#read(place);
      this.#states[place] = READ;
      this.#hasRead = true;
    }
    return this.#values[place];
  }

  /** @param value - undefined takes the field away: what holds a default value is left out in OTLP/JSON */
  set(name: string, value: OtlpValue | undefined): void {
    if (this.#isNow(name, value)) return;
    this.#edits++;
    if (this.#decoded !== undefined) {
      this.#decoded = { ...this.#decoded };
      if (value === undefined) delete this.#decoded[name];
      else this.#decoded[name] = value;
      return;
    }
    const place = this.#placeOf(name);
    this.#values[place] = value;
    this.#states[place] = SET;
    this.#hasSet = true;
    this.#hasRead = true;
    // What it was is not written any more.
    for (let note = this.#notes.find(place); note >= 0; note = this.#notes.find(place, note))
      this.#change(note, null);
  }

  /** The value of the first entry with this key, in a list of entries; undefined if it has none. */
  entry(list: string, key: string): OtlpObject | undefined {
    const place = this.#entriesPlace(list, key);
    if (place < 0) return findEntry(this.#entries(list), key)?.value as OtlpObject | undefined;
    const note = this.#findKey(place, key, 0);
    if (note < 0) return this.#findAdded(place, key)?.value;
    return this.#valueOf(note);
  }

  /** Gives the first entry with this key another value, or adds one. */
  putEntry(list: string, key: string, value: OtlpObject): void {
    const place = this.#entriesPlace(list, key);
    if (place < 0) {
      this.#setEntries(list, putEntry(this.#entries(list), key, value));
      return;
    }
    this.#edit(place);
    const note = this.#findKey(place, key, 0);
    const added = note < 0 ? this.#findAdded(place, key) : undefined;
    if (note >= 0) this.#change(note, value);
    else if (added === undefined) this.#added.push({ place, key, value });
    else added.value = value;
  }

  /** Gives all entries with this key the value that is made of theirs. */
  changeEntries(list: string, key: string, change: (value: OtlpObject) => OtlpObject): void {
    const place = this.#entriesPlace(list, key);
    if (place < 0) {
      this.#setEntries(list, changeEntries(this.#entries(list), key, change));
      return;
    }
    for (let note = this.#findKey(place, key, 0); note >= 0; note = this.#findKey(place, key, note + 1)) {
      this.#edit(place);
      this.#change(note, change(this.#valueOf(note)));
    }
    const added = this.#findAdded(place, key);
    if (added !== undefined) {
      this.#edit(place);
      added.value = change(added.value);
    }
  }

  /** Takes all entries with this key away. */
  removeEntries(list: string, key: string): void {
    const place = this.#entriesPlace(list, key);
    if (place < 0) {
      this.#setEntries(list, removeEntries(this.#entries(list), key));
      return;
    }
    for (let note = this.#findKey(place, key, 0); note >= 0; note = this.#findKey(place, key, note + 1)) {
      this.#edit(place);
      this.#change(note, null);
    }
    const index = this.#added.findIndex((one) => one.place === place && one.key === key);
    if (index < 0) return;
    this.#edit(place);
    this.#added.splice(index, 1);
  }

  /** Writes its content, without tag and length. */
  write(writer: PieceWriter): void {
    if (this.#decoded !== undefined) {
      writer.bytes(encodeProtobuf(this.#kind, this.#decoded));
      return;
    }
    const { fields } = this.#kind;
    const notes = this.#notes;
    const { count } = notes;
    let from = notes.start;
    for (let note = 0; note < count; note++) {
      const changed = this.#changed[note];
      if (changed === undefined) continue;
      writer.copy(from, notes.startOf(note));
      from = notes.endOf(note);
      if (changed === null) continue;
      writer.entry(
        fields[notes.placeAt(note)] as Field,
        notes.contentOf(note),
        notes.keyEndOf(note),
        changed,
      );
    }
    writer.copy(from, notes.end);
    this.#writeNew(writer);
  }

  /** Writes what is neither in a list of records nor in this field. */
  writeBeside(writer: PieceWriter, field: string): void {
    const notes = this.#notes;
    const left = this.#placeOf(field);
    for (let note = 0; note < notes.count; note++) {
      if (notes.placeAt(note) !== left && this.#changed[note] === undefined)
        writer.copy(notes.startOf(note), notes.endOf(note));
    }
    this.#writeNew(writer);
  }

  /** What was set, and entries that were added. */
  #writeNew(writer: PieceWriter): void {
    const { fields } = this.#kind;
    for (let place = 0; this.#hasSet && place < fields.length; place++) {
      const value = this.#states[place] === SET ? this.#values[place] : undefined;
      if (value !== undefined) writer.field(fields[place] as Field, value);
    }
    for (const { place, key, value } of this.#added) {
      if (this.#states[place] !== SET) writer.newEntry(fields[place] as Field, key, value);
    }
  }

  /** Writes a field that comes once, as it was. */
  copyField(writer: PieceWriter, name: string): void {
    const note = this.#notes.find(this.#placeOf(name));
    if (note >= 0) writer.copy(this.#notes.startOf(note), this.#notes.endOf(note));
  }

  #forgetEdits(): void {
    this.#edits = 0;
    this.#hasSet = false;
    this.#added.length = 0;
    for (const note of this.#touched) this.#changed[note] = undefined;
    this.#touched.length = 0;
  }

  get #kind(): Message {
    return this.#message as Message;
  }

  #placeOf(name: string): number {
    return this.#places.get(name) ?? -1;
  }

  /** Whether a field has a value; a text is not decoded for that. */
  #isNow(name: string, value: OtlpValue | undefined): boolean {
    const place = this.#placeOf(name);
    const isRead = this.#decoded !== undefined || place < 0 || this.#states[place] !== UNREAD;
    if (isRead || typeof value !== 'string' || !isAscii(value)) return this.get(name) === value;
    if (!this.isUsual || this.#kind.fields[place]?.type !== 'string') return this.get(name) === value;
    const note = this.#notes.find(place);
    return note >= 0 && this.#notes.isText(note, value);
  }

  #read(place: number): OtlpValue | undefined {
    const field = this.#kind.fields[place] as Field;
    if (field.repeated) return this.#readList(place, field);
    const note = this.#notes.find(place);
    if (note < 0) return field.always ? EMPTY : undefined;
    // The text of the message before, as a rule: the name of an event, a severity.
    const earlier = this.#values[place];
    if (field.type === 'string' && typeof earlier === 'string' && this.#notes.isText(note, earlier))
      return earlier;
    const value = this.#decodeAt(note, field);
    return value === field.absent ? undefined : value;
  }

  #readList(place: number, field: Field): OtlpValue[] | undefined {
    const list: OtlpValue[] = [];
    const { count } = this.#notes;
    for (let note = 0; note < count; note++) {
      if (this.#notes.placeAt(note) !== place) continue;
      const changed = this.#changed[note];
      if (changed === undefined) list.push(this.#decodeAt(note, field));
      else if (changed !== null) list.push(keyValue(this.#notes.keyOf(note), changed));
    }
    for (const one of this.#added) if (one.place === place) list.push(keyValue(one.key, one.value));
    return list.length === 0 ? undefined : list;
  }

  #decodeAt(note: number, field: Field): OtlpValue {
    if (field.type === ANY_VALUE) {
      const text = this.#notes.textIn(this.#notes.contentOf(note), note);
      if (text !== undefined) return { stringValue: text };
    }
    const reader = this.#reader;
    reader.goTo(this.#notes.startOf(note), this.#notes.endOf(note));
    reader.tag();
    return decodeField(reader, field);
  }

  #decode(): OtlpObject {
    const decoded = decodeProtobuf(this.#kind, this.#notes.content());
    if (this.#edits === 0) return decoded;
    for (const { name } of this.#kind.fields) {
      const value = this.get(name);
      if (value === undefined) delete decoded[name];
      else decoded[name] = value;
    }
    return decoded;
  }

  #entries(list: string): Entries {
    return (this.get(list) as OtlpObject[] | undefined) ?? NO_ENTRIES;
  }

  #setEntries(list: string, entries: Entries): void {
    if (entries !== this.#entries(list)) this.set(list, fieldOfEntries(entries));
  }

  /** The number of a list whose keys can be compared as bytes; below zero if it has to be decoded. */
  #entriesPlace(list: string, key: string): number {
    const place = this.#placeOf(list);
    if (this.#decoded !== undefined || this.#states[place] === SET || !isAscii(key)) return -1;
    return this.isUsual ? place : -1;
  }

  /** The first note from `from` on of an entry that is there and has this key. */
  #findKey(place: number, key: string, from: number): number {
    let note = this.#notes.findKey(place, key, from);
    while (note >= 0 && this.#changed[note] === null) note = this.#notes.findKey(place, key, note + 1);
    return note;
  }

  #findAdded(place: number, key: string): Added | undefined {
    for (const one of this.#added) if (one.place === place && one.key === key) return one;
    return undefined;
  }

  #valueOf(note: number): OtlpObject {
    const changed = this.#changed[note];
    if (changed !== undefined && changed !== null) return changed;
    const content = this.#notes.valueOf(note);
    const text = this.#notes.textIn(content, note);
    if (text !== undefined) return { stringValue: text };
    this.#reader.goTo(content, this.#notes.endOf(note));
    return decodeContent(this.#reader, ANY_VALUE);
  }

  #change(note: number, value: OtlpObject | null): void {
    this.#changed[note] = value;
    this.#touched.push(note);
  }

  /** What was read of a list is not what it is any more. */
  #edit(place: number): void {
    this.#edits++;
    this.#states[place] = UNREAD;
  }
}

function isAscii(key: string): boolean {
  for (let index = 0; index < key.length; index++) if (key.charCodeAt(index) >= 0x80) return false;
  return true;
}
