import { OtelEventsError } from '../errors.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import type { PostResponse } from '../otlp/http/post.ts';

/** What a server answered, for who reads it. */
export interface HttpAnswer {
  /** 200 to 299. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** At most 64 KiB of it. */
  readonly body: string;
}

/** Which records were accepted: all or none of them, a list with a word for each, or those that were. */
export type Acceptance = boolean | readonly (boolean | EventRecord)[] | undefined;

/** Reads an answer of 2xx. What it throws is tried again, as of any exporter. */
export type Accepted = (
  answer: HttpAnswer,
  records: readonly EventRecord[],
) => Acceptance | Promise<Acceptance>;

/**
 * Asks which of the records a server accepted that has said 2xx.
 * @throws OtelEventsError `EXPORT_PARTIAL` with the indexes of those that it refused, reason `http_<status>`
 */
export async function checkAccepted(
  accepted: Accepted,
  { status, headers, body }: PostResponse,
  records: readonly EventRecord[],
  target: string,
): Promise<void> {
  const answer = { status, headers, body: Buffer.from(body).toString() };
  const acceptance = await accepted(answer, records);
  const refused = records.flatMap((record, index) => (isAccepted(acceptance, record, index) ? [] : [index]));
  if (refused.length === 0) return;
  const message = `${target} took only a part: ${refused.length} of ${records.length} refused`;
  throw new OtelEventsError('EXPORT_PARTIAL', message, { reason: `http_${status}`, refused });
}

function isAccepted(acceptance: Acceptance, record: EventRecord, index: number): boolean {
  if (Array.isArray(acceptance)) return acceptance[index] === true || acceptance.includes(record);
  return acceptance !== false;
}
