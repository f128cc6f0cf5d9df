import { decodeProtobuf, scanProtobuf } from '../../otlp/wire/decode-protobuf.ts';
import type { Field, Message } from '../../otlp/wire/message.ts';
import { MessageView } from '../../otlp/wire/message-view.ts';
import { REQUEST } from '../../otlp/wire/messages.ts';
import { OtlpRequest } from '../../otlp/wire/otlp-request.ts';
import { PieceWriter } from '../../otlp/wire/piece-writer.ts';
import { ProtobufReader } from '../../otlp/wire/protobuf-reader.ts';
import { type OpenedBytes, openBytes, scanQuickly } from '../../otlp/wire/transcoder.ts';
import { Row } from './row.ts';
import type { Visit } from './visit.ts';
import { visitResources } from './walk-decoded.ts';

/** The tags of what is in a request: the same for all signals. */
const [RESOURCES, SCOPES, RECORDS] = [0x0a, 0x12, 0x12];
/** Of the resource in a `ResourceLogs`, and of the scope in a `ScopeLogs`, or their like. */
const PART = 0x0a;
/** How many bytes the lengths of these mostly take. */
const [ITEM_WIDTH, RECORD_WIDTH, PART_WIDTH] = [3, 2, 1];

/** What a visit leaves of a request. */
interface Left {
  readonly bytes: Uint8Array;
  readonly isChanged: boolean;
  /** Whether records may be missing. */
  readonly hasDropped: boolean;
}

/**
 * Visits all of a request that nobody has decoded: of each record what the visit asks for is decoded, what it leaves as
 * it was is copied, and what it changes is encoded.
 * @returns the request itself if nothing was changed; undefined of what has to be decoded: where events or data points
 * are visited, what is too large, and where there is no WebAssembly
 */
export function walkBytes(request: OtlpRequest, visit: Visit): OtlpRequest | undefined {
  if (visit.inner !== undefined || request.isDecoded) return undefined;
  const before = request.protobuf();
  const left = openBytes(before, (opened) => new Walk(request, before, opened, visit).run());
  if (left === undefined) return undefined;
  const { signal } = request;
  const { bytes, isChanged, hasDropped } = left;
  if (!isChanged) return request;
  // Of metrics data points are counted, which are further inside than what is visited.
  const isCounted = !hasDropped && signal !== 'metrics';
  const message = REQUEST[signal];
  const count = isCounted ? request.count : (scanQuickly(message, bytes) ?? scanProtobuf(message, bytes));
  return OtlpRequest.of({ signal, encoding: 'protobuf', bytes, count });
}

/** What stands around records: a `ResourceLogs` with its resource, or a `ScopeLogs` with its scope. */
interface Level {
  readonly tag: number;
  readonly item: MessageView;
  readonly part: MessageView;
  /** The field of the item that holds the part. */
  readonly name: string;
  /** The tag of what is one level further inside. */
  readonly inside: number;
}

/** Where a field stands in the bytes, and where its content begins. */
type Visitor = (start: number, content: number, end: number) => boolean;

class Walk {
  readonly #request: OtlpRequest;
  readonly #bytes: Uint8Array;
  readonly #visit: Visit;
  readonly #reader: ProtobufReader;
  readonly #writer: PieceWriter;
  readonly #row: Row<MessageView>;
  readonly #list: Field;
  readonly #kinds: readonly [resources: Message, scopes: Message, records: Message];
  readonly #levels: readonly [resource: Level, scope: Level];
  #isChanged = false;
  #hasDropped = false;

  constructor(request: OtlpRequest, bytes: Uint8Array, opened: OpenedBytes, visit: Visit) {
    this.#request = request;
    this.#bytes = bytes;
    this.#visit = visit;
    this.#reader = new ProtobufReader(bytes);
    this.#writer = new PieceWriter(opened);
    const row = new Row((level) => new MessageView(opened, bytes, level));
    this.#row = row;
    const [list] = REQUEST[request.signal].fields;
    this.#list = list as Field;
    const resources = this.#list.type as Message;
    const scopes = inside(resources);
    this.#kinds = [resources, scopes, inside(scopes)];
    this.#levels = [
      { tag: RESOURCES, item: row.resourceItem, part: row.resource, name: 'resource', inside: SCOPES },
      { tag: SCOPES, item: row.scopeItem, part: row.scope, name: 'scope', inside: RECORDS },
    ];
  }

  run(): Left {
    this.#each(0, this.#bytes.length, RESOURCES, (start, content, end) =>
      this.#resource(start, content, end),
    );
    const [isChanged, hasDropped] = [this.#isChanged, this.#hasDropped];
    return { bytes: isChanged ? this.#writer.finish() : this.#bytes, isChanged, hasDropped };
  }

  #resource(start: number, content: number, end: number): boolean {
    const { resource: visit, scope, record } = this.#visit;
    const { resourceItem, resource } = this.#row;
    if (!this.#isUsual(content, end)) return this.#decoded(start, content, end);
    resourceItem.take(this.#kinds[0], content, end);
    resource.takeFrom(resourceItem, 'resource');
    if (visit?.(this.#row) === false) return this.#drop();
    const goesOn = scope !== undefined || record !== undefined;
    const visitor: Visitor = (...place) => this.#scope(...place);
    return this.#around(this.#levels[0], content, end, goesOn ? visitor : undefined);
  }

  #scope(_start: number, content: number, end: number): boolean {
    const { scope: visit, record } = this.#visit;
    const { scopeItem, scope } = this.#row;
    scopeItem.take(this.#kinds[1], content, end);
    scope.takeFrom(scopeItem, 'scope');
    if (visit?.(this.#row) === false) return this.#drop();
    const visitor: Visitor | undefined = record && ((...place) => this.#record(record, ...place));
    return this.#around(this.#levels[1], content, end, visitor);
  }

  #record(visit: (row: Row) => boolean, start: number, content: number, end: number): boolean {
    const { record } = this.#row;
    record.take(this.#kinds[2], content, end);
    if (!visit(this.#row)) return this.#drop();
    if (!record.isChanged) {
      this.#writer.copy(start, end);
      return true;
    }
    this.#isChanged = true;
    const open = this.#writer.open(RECORDS, RECORD_WIDTH);
    record.write(this.#writer);
    this.#writer.close(open, RECORD_WIDTH);
    return true;
  }

  /** Writes an item, and has what is in it visited. @returns whether it stays */
  #around(level: Level, content: number, end: number, visitor: Visitor | undefined): boolean {
    const writer = this.#writer;
    const { tag, item, part, name, inside } = level;
    const before = writer.mark();
    const open = writer.open(tag, ITEM_WIDTH);
    this.#part(level);
    const [edits, behind] = [part.edits, writer.mark()];
    const copy: Visitor = (start, _content, stop) => {
      writer.copy(start, stop);
      return true;
    };
    const kept = this.#each(content, end, inside, visitor ?? copy);
    if (this.#visit.dropsEmpty && kept === 0) {
      writer.rewind(before);
      return this.#drop();
    }
    // A statement for a record may have set something of what is around it.
    if (part.edits !== edits) writer.replace(open, behind, () => this.#part(level));
    item.writeBeside(writer, name);
    writer.close(open, ITEM_WIDTH);
    if (item.isChanged || part.isChanged) this.#isChanged = true;
    return true;
  }

  #part({ item, part, name }: Level): void {
    if (!part.isChanged) {
      item.copyField(this.#writer, name);
      return;
    }
    const open = this.#writer.open(PART, PART_WIDTH);
    part.write(this.#writer);
    this.#writer.close(open, PART_WIDTH);
  }

  #drop(): false {
    this.#isChanged = true;
    this.#hasDropped = true;
    return false;
  }

  /** Whether all that stands around records is as everybody sends it. */
  #isUsual(content: number, end: number): boolean {
    const { resourceItem, scopeItem } = this.#row;
    resourceItem.take(this.#kinds[0], content, end);
    if (!resourceItem.isUsual) return false;
    let isUsual = true;
    this.#each(content, end, SCOPES, (_start, inside, stop) => {
      scopeItem.take(this.#kinds[1], inside, stop);
      isUsual &&= scopeItem.isUsual;
      return true;
    });
    return isUsual;
  }

  #decoded(start: number, content: number, end: number): boolean {
    const item = decodeProtobuf(this.#kinds[0], this.#bytes.subarray(content, end));
    const [after] = visitResources(this.#request.signal, [item], this.#visit);
    if (after === item) {
      this.#writer.copy(start, end);
      return true;
    }
    this.#drop();
    if (after !== undefined) this.#writer.field(this.#list, after);
    return after !== undefined;
  }

  /** Goes through the fields with a tag. @returns how many of them stay */
  #each(from: number, end: number, wanted: number, visit: Visitor): number {
    const reader = this.#reader;
    let kept = 0;
    for (let start = from; start < end; start = reader.position) {
      reader.goTo(start, end);
      const tag = reader.tag();
      if (tag !== wanted) {
        reader.skipUnknown(tag);
        continue;
      }
      const length = reader.length();
      const content = reader.position;
      if (visit(start, content, content + length)) kept++;
      reader.goTo(content + length, end);
    }
    return kept;
  }
}

/** What a list in a message holds that holds records, or is them. */
function inside({ fields }: Message): Message {
  const list = fields.find(({ type, counted }) => counted || (typeof type === 'object' && type.holdsItems));
  return list?.type as Message;
}
