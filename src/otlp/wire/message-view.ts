import { decodeField, decodeProtobuf, type OtlpObject, type OtlpValue } from './decode-protobuf.ts';
import { EMPTY } from './empty-message.ts';
import { encodeProtobuf } from './encode-protobuf.ts';
import {
  changeEntries,
  type Entries,
  fieldOfEntries,
  findEntry,
  NO_ENTRIES,
  putEntry,
  removeEntries,
} from './entries.ts';
import type { Field, Message } from './message.ts';
import type { PieceWriter } from './piece-writer.ts';
import { ProtobufReader } from './protobuf-reader.ts';
import type { OpenedBytes } from './transcoder.ts';

/** Words of a note, as `wasm/fields.ts` writes them: the number of the field and one more, or 0 of an unknown one. */
const [NOTE_WORDS, FIELD, START, CONTENT, END] = [4, 0, 1, 2, 3];
/** How many notes there are of a message of which none were made, or of which none can be made. */
const NOT_YET = -2;
const RARE = -1;

/** What is known of a field's value. */
const [UNREAD, READ, SET] = [0, 1, 2];

/** The numbers of a message's fields by name, in the order of declaration. */
type Places = ReadonlyMap<string, number>;
const known = new Map<Message, Places>();

/**
 * A message within opened bytes that have been checked, as a decoder would show it: only the fields and attributes that
 * somebody asks for are decoded. What is set is noted beside the bytes, and the message can be written anew, of copies
 * of what has not changed. One view serves for many messages, one after the other.
 */
export class MessageView {
  readonly #opened: OpenedBytes;
  readonly #bytes: Uint8Array;
  readonly #reader: ProtobufReader;
  readonly #table: number;
  #message: Message | undefined;
  #places: Places = new Map();
  #start = 0;
  #end = 0;
  #notes = NOT_YET;
  /** By the number of a field. */
  readonly #states: number[] = [];
  readonly #values: (OtlpValue | undefined)[] = [];
  /** All of it, where somebody wanted that, or where it cannot be noted. */
  #decoded: OtlpObject | undefined;
  #edits = 0;

  /** @param table - that no other view fills */
  constructor(opened: OpenedBytes, bytes: Uint8Array, table: number) {
    this.#opened = opened;
    this.#bytes = bytes;
    this.#reader = new ProtobufReader(bytes);
    this.#table = table;
  }

  /** Begins with another message, whose content stands there in the bytes. */
  take(message: Message, start: number, end: number): void {
    if (message !== this.#message) {
      this.#message = message;
      this.#places = placesOf(message);
    }
    this.#start = start;
    this.#end = end;
    this.#notes = NOT_YET;
    this.#edits = 0;
    this.#decoded = undefined;
    for (let place = 0; place < message.fields.length; place++) this.#states[place] = UNREAD;
  }

  /** Begins with the message in a field of another one; with an empty one where that has none. */
  takeFrom(outer: MessageView, field: string): void {
    const place = outer.#placeOf(field);
    const { type } = outer.#kind.fields[place] as Field;
    const note = outer.#find(place);
    if (note < 0) this.take(type as Message, 0, 0);
    else this.take(type as Message, outer.#word(note, CONTENT), outer.#word(note, END));
  }

  /** Whether it is like what everybody sends. Who asks for more of others than their fields has all of them decoded. */
  get isUsual(): boolean {
    return this.#noted() !== RARE;
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
    }
    return this.#values[place];
  }

  /** @param value - undefined takes the field away: what holds a default value is left out in OTLP/JSON */
  set(name: string, value: OtlpValue | undefined): void {
    if (this.get(name) === value) return;
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
  }

  /** The value of the first entry with this key, in a list of entries; undefined if it has none. */
  entry(list: string, key: string): OtlpObject | undefined {
    return findEntry(this.#entries(list), key)?.value as OtlpObject | undefined;
  }

  /** Gives the first entry with this key another value, or adds one. */
  putEntry(list: string, key: string, value: OtlpObject): void {
    this.#setEntries(list, putEntry(this.#entries(list), key, value));
  }

  /** Gives all entries with this key the value that is made of theirs. */
  changeEntries(list: string, key: string, change: (value: OtlpObject) => OtlpObject): void {
    this.#setEntries(list, changeEntries(this.#entries(list), key, change));
  }

  /** Takes all entries with this key away. */
  removeEntries(list: string, key: string): void {
    this.#setEntries(list, removeEntries(this.#entries(list), key));
  }

  /**
   * Writes its content, without tag and length.
   * @param except - a field that is left out
   */
  write(writer: PieceWriter, except?: string): void {
    if (this.#decoded !== undefined) {
      const { [except ?? '']: _left, ...others } = this.#decoded;
      writer.bytes(encodeProtobuf(this.#kind, others));
      return;
    }
    const { fields } = this.#kind;
    const left = except === undefined ? -1 : this.#placeOf(except);
    const notes = this.#noted();
    for (let note = 0; note < notes; note++) {
      const place = this.#word(note, FIELD) - 1;
      if (place >= 0 && (place === left || this.#states[place] === SET)) continue;
      writer.copy(this.#word(note, START), this.#word(note, END));
    }
    for (let place = 0; place < fields.length; place++) {
      const value = this.#states[place] === SET ? this.#values[place] : undefined;
      if (value !== undefined) writer.field(fields[place] as Field, value);
    }
  }

  /** Writes a field that comes once, as it was. */
  copyField(writer: PieceWriter, name: string): void {
    const note = this.#find(this.#placeOf(name));
    if (note >= 0) writer.copy(this.#word(note, START), this.#word(note, END));
  }

  get #kind(): Message {
    return this.#message as Message;
  }

  #placeOf(name: string): number {
    return this.#places.get(name) ?? -1;
  }

  #noted(): number {
    if (this.#notes === NOT_YET)
      this.#notes = this.#opened.note(this.#kind, this.#start, this.#end, this.#table);
    return this.#notes;
  }

  #word(note: number, which: number): number {
    return this.#opened.words[this.#opened.notesAt(this.#table) + note * NOTE_WORDS + which] as number;
  }

  /** The note of a field that comes once; below zero if it is not there. */
  #find(place: number): number {
    let note = this.#noted() - 1;
    while (note >= 0 && this.#word(note, FIELD) !== place + 1) note--;
    return note;
  }

  #read(place: number): OtlpValue | undefined {
    const field = this.#kind.fields[place] as Field;
    if (field.repeated) return this.#readList(place, field);
    const note = this.#find(place);
    if (note < 0) return field.always ? EMPTY : undefined;
    const value = this.#decodeAt(note, field);
    return value === field.absent ? undefined : value;
  }

  #readList(place: number, field: Field): OtlpValue[] | undefined {
    const list: OtlpValue[] = [];
    const notes = this.#noted();
    for (let note = 0; note < notes; note++) {
      if (this.#word(note, FIELD) === place + 1) list.push(this.#decodeAt(note, field));
    }
    return list.length === 0 ? undefined : list;
  }

  #decodeAt(note: number, field: Field): OtlpValue {
    const reader = this.#reader;
    reader.goTo(this.#word(note, START), this.#word(note, END));
    reader.tag();
    return decodeField(reader, field);
  }

  #decode(): OtlpObject {
    const decoded = decodeProtobuf(this.#kind, this.#bytes.subarray(this.#start, this.#end));
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
}

function placesOf(message: Message): Places {
  let places = known.get(message);
  if (places === undefined) {
    places = new Map(message.fields.map(({ name }, place) => [name, place]));
    known.set(message, places);
  }
  return places;
}
