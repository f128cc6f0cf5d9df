/*
 * A reader of its own for what the benchmarks count: it shares no code with what it measures. Bodies come from
 * our own contenders, so it trusts their lengths.
 * Fields by number, from opentelemetry/proto/logs/v1/logs.proto.
 */
const RESOURCE_LOGS = 1;
const SCOPE_LOGS = 2;
const LOG_RECORDS = 2;
const ATTRIBUTES = 6;
const KEY = 1;
const VALUE = 2;
const INT_VALUE = 3;
const DOUBLE_VALUE = 4;

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;

const SEQ = Buffer.from('seq');

/** Where a field's value lies. */
type Visit = (field: number, start: number, end: number) => void;

/** Gives `take` the attribute `seq` of every record of an `ExportLogsServiceRequest`; `undefined` if it has none. */
export function protobufSequenceNumbers(request: Buffer, take: (seq: unknown) => void): void {
  const attribute = (start: number, end: number): number | undefined => {
    let isSeq = false;
    let value: number | undefined;
    fields(request, start, end, (field, from, to) => {
      if (field === KEY) isSeq = request.compare(SEQ, 0, SEQ.length, from, to) === 0;
      else if (field === VALUE && isSeq) value = numberAt(request, from, to);
    });
    return value;
  };
  const record = (start: number, end: number): void => {
    let seq: number | undefined;
    fields(request, start, end, (field, from, to) => {
      if (field === ATTRIBUTES) seq ??= attribute(from, to);
    });
    take(seq);
  };
  fields(request, 0, request.length, (resourceLogs, start, end) => {
    if (resourceLogs !== RESOURCE_LOGS) return;
    fields(request, start, end, (scopeLogs, from, to) => {
      if (scopeLogs !== SCOPE_LOGS) return;
      fields(request, from, to, (field, first, last) => {
        if (field === LOG_RECORDS) record(first, last);
      });
    });
  });
}

function numberAt(bytes: Buffer, start: number, end: number): number | undefined {
  let number: number | undefined;
  fields(bytes, start, end, (field, from) => {
    if (field === INT_VALUE) number = varintAt(bytes, from).value;
    else if (field === DOUBLE_VALUE) number = bytes.readDoubleLE(from);
  });
  return number;
}

/** Goes through the fields of a message. */
function fields(bytes: Buffer, start: number, end: number, visit: Visit): void {
  for (let at = start; at < end; ) {
    const tag = varintAt(bytes, at);
    const wireType = tag.value & 7;
    const { from, to } = extent(bytes, tag.next, wireType);
    visit(tag.value >>> 3, from, to);
    at = to;
  }
}

function extent(bytes: Buffer, at: number, wireType: number): { from: number; to: number } {
  if (wireType === VARINT) return { from: at, to: varintAt(bytes, at).next };
  if (wireType === FIXED_64) return { from: at, to: at + 8 };
  if (wireType !== BYTES) return { from: at, to: at + 4 };
  const length = varintAt(bytes, at);
  return { from: length.next, to: length.next + length.value };
}

/** Exact to 2^53, which no length, tag or `seq` of ours reaches. */
function varintAt(bytes: Buffer, at: number): { value: number; next: number } {
  let value = 0;
  let factor = 1;
  for (let next = at; ; next++) {
    const byte = bytes[next];
    if (byte === undefined) throw new RangeError('varint cut off');
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, next: next + 1 };
    factor *= 128;
  }
}
