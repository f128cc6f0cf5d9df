// What is where in memory: ../src/otlp/wire/wasm-tables.ts writes all of it before anything else runs.

/** `00` to `99`. */
export const PAIRS: usize = 0;
/** 1 to 1e22, as doubles: the powers of ten that are exact. */
export const POWERS: usize = 256;
/** Where the fields of the messages that are open begin: room for the deepest nesting there may be. */
export const SLOTS: usize = 512;

/** Of a message: flags, number of its fields, where they are, number of names, where they are, the name to try first. */
export const MESSAGE_FIELDS: usize = 4;
export const MESSAGE_FIELDS_AT: usize = 8;
export const MESSAGE_NAMES: usize = 12;
export const MESSAGE_NAMES_AT: usize = 16;
export const MESSAGE_GUESS: usize = 20;
/** For each tag below 256 the index of its field and one more. */
export const MESSAGE_BY_TAG: usize = 32;

export const RECURSIVE: u32 = 1;
export const HOLDS_ITEMS: u32 = 2;
export const IS_KEY_VALUE: u32 = 4;
export const IS_ANY_VALUE: u32 = 8;

/** Of a field, behind type, flags, wire type and the width of its length as it mostly is. */
export const FIELD_BYTES: usize = 64;
export const FIELD_FLAGS: usize = 1;
export const FIELD_WIRE: usize = 2;
export const FIELD_WIDTH: usize = 3;
export const FIELD_TAG: usize = 4;
export const FIELD_MESSAGE: usize = 8;
/** The length of `,"name":`, and the text. */
export const FIELD_TEXT_LENGTH: usize = 12;
export const FIELD_TEXT: usize = 16;
export const FIELD_ID_SIZE: usize = 48;
export const FIELD_INDEX: usize = 52;

export const REPEATED: u32 = 1;
export const MEMBER: u32 = 2;
export const ALWAYS: u32 = 4;
export const COUNTED: u32 = 8;
export const PACKED: u32 = 16;
export const HAS_ABSENT: u32 = 32;

/** Of a name: its length, its field, and its text. */
export const NAME_BYTES: usize = 48;
export const NAME_FIELD: usize = 4;
export const NAME_TEXT: usize = 16;

/** Types of fields. */
export const MESSAGE: u32 = 0;
export const STRING: u32 = 1;
export const BYTES: u32 = 2;
export const TRACE_ID: u32 = 3;
export const SPAN_ID: u32 = 4;
export const BOOL: u32 = 5;
export const INT32: u32 = 6;
export const UINT32: u32 = 7;
export const ENUM: u32 = 8;
export const SINT32: u32 = 9;
export const INT64: u32 = 10;
export const UINT64: u32 = 11;
export const FIXED32: u32 = 12;
export const FIXED64: u32 = 13;
export const SFIXED64: u32 = 14;
export const DOUBLE: u32 = 15;

/** The deepest nesting of values, and the most messages and items of lists. */
export const MAX_VALUE_DEPTH: u32 = 200;
export const MAX_MESSAGES: u32 = 2097152;
