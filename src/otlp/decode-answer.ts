import type { Batch } from './batch.ts';
import { decodeJson } from './decode-json.ts';
import { decodeProtobuf, type OtlpObject } from './decode-protobuf.ts';
import { type Message, RESPONSE, STATUS } from './messages.ts';
import type { PostRequest, PostResponse } from './post.ts';
import { withoutSecrets } from './without-secrets.ts';

/**
 * How many items of a request a 2xx answer says were refused. An answer that cannot be read came with a 2xx
 * all the same: the request has arrived, and nothing was refused.
 * @param encoding - of the request; decides when the answer does not say what it is
 * @see OTLP specification, "Partial Success"
 */
export function refusedItems(
  { signal, encoding }: Pick<Batch, 'signal' | 'encoding'>,
  answer: PostResponse,
): number {
  const { partialSuccess } = (decode(RESPONSE[signal], encoding, answer) ?? {}) as Response;
  return Math.max(0, Number(partialSuccess?.rejectedLogRecords ?? partialSuccess?.rejectedSpans ?? 0));
}

/**
 * What an error answer says: the message of a `google.rpc.Status`, or plain text. The one place where an answer
 * becomes text: our headers and credentials are not in it. It may repeat the events that were sent, so it belongs in
 * no error and no log.
 */
export function statusMessage(
  encoding: Batch['encoding'],
  answer: PostResponse,
  request: Pick<PostRequest, 'url' | 'headers'>,
): string {
  return withoutSecrets(textOf(encoding, answer), request);
}

function textOf(encoding: Batch['encoding'], answer: PostResponse): string {
  const status = decode(STATUS, encoding, answer);
  if (status !== undefined) return String(status.message ?? '');
  return answer.type.endsWith('protobuf') ? '' : Buffer.from(answer.body).toString();
}

interface Response {
  readonly partialSuccess?: OtlpObject;
}

/** @returns undefined if the answer is not such a message */
function decode(
  message: Message,
  encoding: Batch['encoding'],
  { type, body }: PostResponse,
): OtlpObject | undefined {
  // The answer has the encoding of the request. @see OTLP specification, "OTLP/HTTP Response"
  const actual = type === '' ? encoding : type;
  try {
    if (actual.endsWith('protobuf')) return decodeProtobuf(message, body);
    return actual.endsWith('json') ? decodeJson(message, body) : undefined;
  } catch {
    return undefined;
  }
}
