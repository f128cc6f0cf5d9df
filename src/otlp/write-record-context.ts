import { LOG_RECORD } from './record-tags.ts';
import type { ValueWriter } from './value-writer.ts';

/** The part of a span context that a log record carries. */
export interface RecordContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** All or nothing: a record with half an id is refused, and its whole request with it. */
export function writeRecordContext({ out }: ValueWriter, context: RecordContext): void {
  const start = out.length;
  const valid =
    out.hex(LOG_RECORD.spanId, context.spanId, 8) && out.hex(LOG_RECORD.traceId, context.traceId, 16);
  if (!valid) out.rewind(start);
  else if (context.traceFlags !== 0) out.fixed32(LOG_RECORD.flags, context.traceFlags);
}
