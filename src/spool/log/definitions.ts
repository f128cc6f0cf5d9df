import type { Batch } from '../../otlp/wire/batch.ts';
import {
  type Contents,
  DEFINES,
  DEFINITION_HEAD_BYTES,
  MAX_SINKS,
  type RecordView,
  type Writable,
  writeDefinition,
} from './layout.ts';

/** The bytes around the fields of one resource and scope; the spool does not look inside. */
export interface Header {
  /** Fields of `ResourceLogs` or `ResourceSpans` beside the scopes: the resource, its schema URL. */
  readonly resource: Uint8Array;
  /** Fields of `ScopeLogs` or `ScopeSpans` beside the records: the scope, its schema URL. */
  readonly scope: Uint8Array;
  /** Each record is a whole export request in this encoding, and the other two are empty. */
  readonly whole?: Batch['encoding'];
}

/** Names beyond this many share one, {@link OTHER_NAME}: their number may be the caller's mistake. */
export const MAX_NAMES = 10_000;
/** The name of what came after {@link MAX_NAMES}. */
const OTHER_NAME = '(other)';

interface Definition {
  readonly defines: number;
  readonly id: number;
  readonly value: Uint8Array;
  /** The segment that holds it; each segment repeats what its records use. */
  segment: object | undefined;
}

/** The ids that stand for headers, names and sinks in the records of one directory. */
export class Definitions {
  /** What the records hold that refer to them. */
  holds: Contents;
  readonly #headers: Header[] = [];
  readonly #names: string[] = [];
  readonly #sinks: string[] = [];
  readonly #nameIds = new Map<string, number>();
  readonly #headerIds = new Map<string, number>();
  readonly #written: [Definition[], Definition[], Definition[]] = [[], [], []];

  constructor(holds: Contents = 'records') {
    this.holds = holds;
  }

  get sinks(): readonly string[] {
    return this.#sinks;
  }

  header(id: number): Header | undefined {
    return this.#headers[id];
  }

  /** Numbers stand for themselves: so many different ones may come that a table would not hold them. */
  name(id: number): string {
    return this.holds === 'requests' ? String(id) : (this.#names[id] ?? OTHER_NAME);
  }

  knowsName(id: number): boolean {
    return this.holds === 'requests' || this.#names[id] !== undefined;
  }

  headerId(header: Header): number {
    const value = encodeHeader(header);
    const key = value.toString('latin1');
    let id = this.#headerIds.get(key);
    if (id === undefined) {
      id = this.#headers.length;
      this.#headerIds.set(key, id);
      this.#headers.push(decodeHeader(value, this.holds));
      this.#define(DEFINES.header, id, value);
    }
    return id;
  }

  nameId(name: string): number {
    if (this.holds === 'requests') return Number(name);
    const known = this.#nameIds.get(name);
    if (known !== undefined) return known;
    if (this.#names.length >= MAX_NAMES && name !== OTHER_NAME) return this.nameId(OTHER_NAME);
    const id = this.#names.length;
    this.#nameIds.set(name, id);
    this.#names.push(name);
    this.#define(DEFINES.name, id, Buffer.from(name));
    return id;
  }

  /** @returns its bit, or undefined when all are taken */
  sinkBit(sink: string): number | undefined {
    const known = this.#sinks.indexOf(sink);
    if (known >= 0) return known;
    if (this.#sinks.length === MAX_SINKS) return undefined;
    this.#define(DEFINES.sink, this.#sinks.length, Buffer.from(sink));
    return this.#sinks.push(sink) - 1;
  }

  /** What `segment` does not define yet of what a record uses. */
  missingIn(segment: object, headerId: number, nameId: number, sinks: number): Definition[] {
    const [headers, names, bits] = this.#written;
    const used = [headers[headerId], names[nameId], ...bits.filter(({ id }) => (sinks >>> id) & 1)];
    return used.filter(
      (definition) => definition !== undefined && definition.segment !== segment,
    ) as Definition[];
  }

  /** All of them, so many times, as the records that lie before `position`. */
  prelude(position: number, times = 1): Buffer {
    const all = Array.from({ length: times }, () => this.#written.flat()).flat();
    const size = all.reduce((sum, { value }) => sum + DEFINITION_HEAD_BYTES + value.length, 0);
    const bytes = Buffer.alloc(size);
    const block = {
      bytes,
      view: new DataView(bytes.buffer, bytes.byteOffset),
      start: position - size,
      used: 0,
    };
    for (const { defines, id, value } of all) writeDefinition(block, defines, id, value);
    return bytes;
  }

  /** Takes over a definition found in a segment. */
  learn({ defines, id, bytes, from, to }: RecordView): void {
    const value = bytes.subarray(from, to);
    if (defines === DEFINES.header) this.#headers[id] = decodeHeader(value, this.holds);
    else if (defines === DEFINES.name) this.#names[id] = value.toString();
    else if (defines === DEFINES.sink && id < MAX_SINKS) this.#sinks[id] = value.toString();
  }

  #define(defines: number, id: number, value: Uint8Array): void {
    this.#written[(defines - 1) as 0 | 1 | 2].push({ defines, id, value, segment: undefined });
  }
}

/** Writes `definitions` into `block`, which belongs to `segment` and has room for them. */
export function define(block: Writable, segment: object, definitions: readonly Definition[]): void {
  for (const definition of definitions) {
    writeDefinition(block, definition.defines, definition.id, definition.value);
    definition.segment = segment;
  }
}

/** Bytes that {@link define} will take. */
export function sizeOf(definitions: readonly Definition[]): number {
  return definitions.reduce((sum, { value }) => sum + DEFINITION_HEAD_BYTES + value.length, 0);
}

function encodeHeader({ resource, scope, whole }: Header): Buffer {
  if (whole !== undefined) return Buffer.from(whole);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(resource.length);
  return Buffer.concat([length, resource, scope]);
}

// Copied: what is learned from a file lies in a buffer that is used again.
function decodeHeader(value: Buffer, holds: Contents): Header {
  if (holds === 'requests') return wholeHeader(value.toString() === 'json' ? 'json' : 'protobuf');
  const split = value.length < 4 ? 0 : 4 + Math.min(value.readUInt32LE(0), value.length - 4);
  return {
    resource: Buffer.from(value.subarray(Math.min(4, split), split)),
    scope: Buffer.from(value.subarray(split)),
  };
}

/** The header of whole requests in an encoding. */
export function wholeHeader(encoding: Batch['encoding']): Header {
  return { resource: Buffer.alloc(0), scope: Buffer.alloc(0), whole: encoding };
}
