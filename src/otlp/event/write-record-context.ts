import type { ValueWriter } from '../values/value-writer.ts';
import { LOG_RECORD } from '../wire/record-tags.ts';

/** The part of a span context that a log record carries. */
export interface RecordContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** The last context and its fields, four bytes a number: the events of a scope have the same. */
const last = { traceId: '', spanId: '', traceFlags: 0, words: Array<number>(9).fill(0), size: 0 };

/** All or nothing: a record with half an id is refused, and its whole request with it. */
export function writeRecordContext({ out }: ValueWriter, context: RecordContext): void {
  const { traceId, spanId, traceFlags } = context;
  if (spanId === last.spanId && traceId === last.traceId && traceFlags === last.traceFlags) {
    out.words(last.words, last.size);
    return;
  }
  const start = out.length;
  if (!out.hex(LOG_RECORD.traceId, traceId, 16) || !out.hex(LOG_RECORD.spanId, spanId, 8)) {
    out.rewind(start);
    return;
  }
  if (traceFlags !== 0) out.fixed32(LOG_RECORD.flags, traceFlags);
  out.readWords(start, last.words);
  last.traceId = traceId;
  last.spanId = spanId;
  last.traceFlags = traceFlags;
  last.size = out.length - start;
}
