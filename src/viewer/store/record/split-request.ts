import { ProtobufReader } from '../../../otlp/wire/protobuf-reader.ts';

/** What surrounds records: `ResourceLogs` or `ResourceSpans` without scopes, `ScopeLogs` or `ScopeSpans` without records. */
export interface Surroundings {
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
}

/** Takes the records of a request, one by one. */
export type TakeRecord = (around: Surroundings, start: number, end: number) => void;

/** `resource_logs` and `resource_spans` of a request. */
const PARTS = 0x0a;
/** What is inside, one level after the other, has the same number: scopes, then records. */
const INSIDE = 0x12;

/** Goes through a request of logs or traces, in protobuf that has been checked. */
export function splitRequest(bytes: Uint8Array, take: TakeRecord): void {
  const reader = new ProtobufReader(bytes);
  for (const [start, end] of fieldsOf(reader, PARTS, 0, bytes.length)) {
    const resource = without(reader, bytes, start, end);
    for (const [scopeStart, scopeEnd] of fieldsOf(reader, INSIDE, start, end)) {
      const around = { resource, scope: without(reader, bytes, scopeStart, scopeEnd) };
      for (const [at, to] of fieldsOf(reader, INSIDE, scopeStart, scopeEnd)) take(around, at, to);
    }
  }
}

/** Where the contents of a field are, each time it is there. */
function fieldsOf(reader: ProtobufReader, wanted: number, start: number, end: number): [number, number][] {
  const found: [number, number][] = [];
  reader.position = start;
  reader.end = end;
  while (reader.position < end) {
    const tag = reader.tag();
    if (tag !== wanted) reader.skipUnknown(tag);
    else {
      const length = reader.length();
      found.push([reader.position, reader.position + length]);
      reader.position += length;
    }
  }
  return found;
}

/** All fields but those inside. */
function without(reader: ProtobufReader, bytes: Uint8Array, start: number, end: number): Uint8Array {
  const kept: Uint8Array[] = [];
  reader.position = start;
  reader.end = end;
  while (reader.position < end) {
    const from = reader.position;
    const tag = reader.tag();
    reader.skipUnknown(tag);
    if (tag !== INSIDE) kept.push(bytes.subarray(from, reader.position));
  }
  return kept.length === 1 ? (kept[0] as Uint8Array) : Buffer.concat(kept);
}
