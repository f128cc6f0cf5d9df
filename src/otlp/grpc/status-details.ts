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
