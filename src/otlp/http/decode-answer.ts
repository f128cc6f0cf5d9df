import { OtelEventsError } from '../../errors.ts';
import type { Batch } from '../wire/batch.ts';
import { decodeJson } from '../wire/decode-json.ts';
import { decodeProtobuf, type OtlpObject } from '../wire/decode-protobuf.ts';
import type { Message } from '../wire/message.ts';
import { RESPONSE, STATUS } from '../wire/messages.ts';
import type { PostRequest, PostResponse } from './post.ts';
import { withoutSecrets } from './without-secrets.ts';

/** What a 2xx answer says beside that. */
export interface PartialSuccess {
  /** How many items of the request were refused. */
  readonly refused: number;
  /** Why, or a warning where none was; without our headers and credentials, and not longer than an error's message. */
  readonly message: string;
}

const MAX_MESSAGE_CHARS = 300;

/**
 * An answer that cannot be read came with a 2xx all the same: the request has arrived, and nothing was refused.
 * @param encoding - of the request; decides when the answer does not say what it is
 * @see OTLP specification, "Partial Success"
 */
export function partialSuccess(
  { signal, encoding, count }: Pick<Batch, 'signal' | 'encoding' | 'count'>,
  answer: PostResponse,
  request: Pick<PostRequest, 'url' | 'headers'>,
): PartialSuccess {
  const { partialSuccess: partial } = (decode(RESPONSE[signal], encoding, answer) ?? {}) as Response;
  const rejected = partial?.rejectedLogRecords ?? partial?.rejectedSpans ?? partial?.rejectedDataPoints;
  const refused = Math.max(0, Number(rejected ?? 0));
  const message = withoutSecrets(String(partial?.errorMessage ?? ''), request).slice(0, MAX_MESSAGE_CHARS);
  return { refused: Math.min(refused, count), message };
}

/** What there is to report of such an answer; undefined for nothing. */
export function partialError(
  target: string,
  count: number,
  { refused, message }: PartialSuccess,
): OtelEventsError | undefined {
  const said = message === '' ? '' : `: ${message}`;
  if (refused > 0) {
    const part = `${target} took only a part: ${refused} of ${count} refused${said}`;
    return new OtelEventsError('EXPORT_PARTIAL', part, { reason: 'partial_success' });
  }
  if (message === '') return undefined;
  return new OtelEventsError('EXPORT_WARNING', `${target} took all and warns${said}`);
}

/** Whether an error answer is one of OTLP, which says what is wrong; a proxy's or another protocol's is not. */
export function isStatus(encoding: Batch['encoding'], answer: PostResponse): boolean {
  const status = decode(STATUS, encoding, answer);
  return status?.code !== undefined || status?.message !== undefined;
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
