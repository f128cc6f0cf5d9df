import { decodeProtobuf, type OtlpObject } from '../wire/decode-protobuf.ts';
import { encodeProtobuf } from '../wire/encode-protobuf.ts';
import { field, message } from '../wire/message.ts';
import { STATUS } from '../wire/messages.ts';

/** @see google.rpc.RetryInfo, `google/rpc/error_details.proto` */
const RETRY_INFO = message('google.rpc.RetryInfo', [
  field(
    1,
    'retryDelay',
    message('google.protobuf.Duration', [field(1, 'seconds', 'int64'), field(2, 'nanos', 'int32')]),
  ),
]);
const RETRY_INFO_TYPE = 'type.googleapis.com/google.rpc.RetryInfo';

/** Longer than any honest status, so that a hostile one costs little. */
const MAX_HEADER_CHARS = 16 * 1024;

/** A status of gRPC, and when the sender may come again. */
export interface RetryStatus {
  readonly code: number;
  readonly message: string;
  /** In milliseconds. */
  readonly afterMs: number;
}

/**
 * The header `grpc-status-details-bin` of an answer that says when to try again.
 * @see OTLP specification, "OTLP/gRPC Throttling"
 */
export function retryDetails({ code, message: text, afterMs }: RetryStatus): string {
  const seconds = Math.floor(afterMs / 1_000);
  const retryDelay = { seconds: String(seconds), nanos: Math.round((afterMs - seconds * 1_000) * 1e6) };
  const value = Buffer.from(encodeProtobuf(RETRY_INFO, { retryDelay })).toString('base64');
  const status = { code, message: text, details: [{ typeUrl: RETRY_INFO_TYPE, value }] };
  return Buffer.from(encodeProtobuf(STATUS, status)).toString('base64');
}

/** The wait in such a header, in milliseconds: 0 if it says to try again at once; undefined if it says nothing of that. */
export function retryAfterIn(header: string): number | undefined {
  if (header.length > MAX_HEADER_CHARS) return undefined;
  try {
    const { details = [] } = decodeProtobuf(STATUS, Buffer.from(header, 'base64'));
    const info = (details as OtlpObject[]).find(({ typeUrl }) => typeUrl === RETRY_INFO_TYPE);
    if (info === undefined) return undefined;
    const { retryDelay } = decodeProtobuf(RETRY_INFO, Buffer.from(String(info.value ?? ''), 'base64'));
    const { seconds = '0', nanos = 0 } = (retryDelay ?? {}) as OtlpObject;
    return Math.max(0, Number(seconds) * 1_000 + Number(nanos) / 1e6);
  } catch {
    return undefined;
  }
}
