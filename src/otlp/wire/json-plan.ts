import { type JsonWriter, type Literal, literal } from './json-writer.ts';
import type { Field, Message, ScalarType } from './message.ts';

/** Reads what is not a message, and writes it. */
export interface ScalarReader {
  readonly out: JsonWriter;
  /** Upper half of what `varint` read last. */
  readonly high: number;
  /** The lower half. */
  varint(): number;
  isZeroVarint(): boolean;
  fixed32(): number;
  double(): number;
  isZeroId(): boolean;
  /** Reads and writes. */
  string(): void;
  base64(): void;
  hex(): void;
}

/** A field as it is written. */
export interface FieldPlan {
  readonly field: Field;
  /** `"name":`, and the same behind another field. */
  readonly first: Literal;
  readonly next: Literal;
  /** Of a message. */
  readonly plan: Plan | undefined;
  readonly write: ((reader: ScalarReader) => void) | undefined;
  /** Whether the value that it reads is the one that is left out. */
  readonly isAbsent: ((reader: ScalarReader) => boolean) | undefined;
}

/** A message as it is written. */
export interface Plan {
  readonly fields: FieldPlan[];
  /** By tag: the index of its field, and one more; 0 is none. */
  readonly byTag: Uint8Array;
  readonly isRecursive: boolean;
}

const PLANS = new Map<Message, Plan>();

/** How a message is written; made once. */
export function planOf(message: Message): Plan {
  const known = PLANS.get(message);
  if (known !== undefined) return known;
  const tags = message.fields.map(({ number }) => number * 8 + 7);
  const plan: Plan = {
    fields: [],
    byTag: new Uint8Array(Math.max(...tags, 0) + 1),
    isRecursive: message.recursive,
  };
  PLANS.set(message, plan);
  for (const field of message.fields) {
    plan.fields.push(fieldPlanOf(field));
    plan.byTag[field.number * 8 + field.wireType] = plan.fields.length;
    if (field.packed) plan.byTag[field.number * 8 + 2] = plan.fields.length;
  }
  return plan;
}

function fieldPlanOf(field: Field): FieldPlan {
  const { name, type, absent, repeated } = field;
  const isScalar = typeof type === 'string';
  return {
    field,
    first: literal(`"${name}":`),
    next: literal(`,"${name}":`),
    plan: isScalar ? undefined : planOf(type),
    write: isScalar ? WRITE[type] : undefined,
    isAbsent: isScalar && !repeated && absent !== undefined ? ABSENT[type] : undefined,
  };
}

const WRITE: Readonly<Record<ScalarType, (reader: ScalarReader) => void>> = {
  string: (reader) => reader.string(),
  bytes: (reader) => reader.base64(),
  traceId: (reader) => reader.hex(),
  spanId: (reader) => reader.hex(),
  bool: (reader) => reader.out.word(reader.isZeroVarint() ? 'false' : 'true'),
  int32: (reader) => reader.out.integer(reader.varint() | 0),
  uint32: (reader) => reader.out.integer(reader.varint()),
  enum: (reader) => reader.out.integer(reader.varint() | 0),
  sint32: (reader) => {
    const zigzag = reader.varint();
    reader.out.integer((zigzag >>> 1) ^ -(zigzag & 1));
  },
  int64: (reader) => {
    const low = reader.varint();
    reader.out.quotedInteger(reader.high | 0, low);
  },
  uint64: (reader) => {
    const low = reader.varint();
    reader.out.quotedInteger(reader.high, low);
  },
  fixed32: (reader) => reader.out.integer(reader.fixed32()),
  fixed64: (reader) => {
    const low = reader.fixed32();
    reader.out.quotedInteger(reader.fixed32(), low);
  },
  sfixed64: (reader) => {
    const low = reader.fixed32();
    reader.out.quotedInteger(reader.fixed32() | 0, low);
  },
  double: (reader) => reader.out.double(reader.double()),
};

const isEmpty = (reader: ScalarReader): boolean => reader.varint() === 0;
const isZero = (reader: ScalarReader): boolean => reader.isZeroVarint();
const isZero32 = (reader: ScalarReader): boolean => reader.varint() === 0;
const isZeroId = (reader: ScalarReader): boolean => reader.isZeroId();

const ABSENT: Readonly<Record<ScalarType, (reader: ScalarReader) => boolean>> = {
  string: isEmpty,
  bytes: isEmpty,
  traceId: isZeroId,
  spanId: isZeroId,
  bool: isZero,
  // The upper half of what is too long for them does not count.
  int32: isZero32,
  uint32: isZero32,
  enum: isZero32,
  sint32: isZero32,
  int64: isZero,
  uint64: isZero,
  fixed32: (reader) => reader.fixed32() === 0,
  fixed64: (reader) => reader.fixed32() === 0 && reader.fixed32() === 0,
  sfixed64: (reader) => reader.fixed32() === 0 && reader.fixed32() === 0,
  // A negative zero is one.
  double: (reader) => reader.double() === 0,
};
