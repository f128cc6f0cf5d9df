import { answerError } from '../otlp/http/answer-error.ts';
import { httpVerdict } from '../otlp/http/http-verdict.ts';
import { post } from '../otlp/http/post.ts';
import { toRequest } from '../otlp/sdk/encode-envelope.ts';
import { fieldOf } from '../viewer/store/record/record-request.ts';
import type { Surroundings } from '../viewer/store/record/split-request.ts';
import { readEvents } from './read-events.ts';
import type { Intake } from './store-reader.ts';

export interface SendOptions {
  readonly files: readonly string[];
  readonly intake: Intake;
  readonly signal: AbortSignal;
  /** Told how many were sent. */
  readonly onSent: (sent: number) => void;
}

/** What a request holds at most. */
const MAX_COUNT = 500;
const MAX_BYTES = 1024 * 1024;

const TIMEOUT_MS = 60_000;

/** `log_records` of `ScopeLogs`. */
const RECORD = 0x12;

/**
 * Goes through files once more and sends the log records with these ids, each once, byte for byte as they stand there: with
 * their ids, times, resource and scope. Nothing is tried again: who runs the command again sends what is still missing.
 * @returns how many were sent
 * @throws OtelEventsError `EXPORT_FAILED`
 */
export async function sendMissing(
  missing: ReadonlySet<string>,
  { files, intake, signal, onSent }: SendOptions,
): Promise<number> {
  const left = new Set(missing);
  const waiting = new Waiting();
  let sent = 0;
  const sendWaiting = async (): Promise<void> => {
    const { count } = waiting;
    if (count === 0 || signal.aborted) return;
    await send(intake, waiting.take(), signal);
    sent += count;
    onSent(sent);
  };
  const afterLine = async (): Promise<void> => {
    if (waiting.isFull) await sendWaiting();
  };
  for (const file of files) {
    if (left.size === 0 || signal.aborted) break;
    await readEvents(file, { signal, afterLine }, ({ uid, around, bytes }) => {
      if (!left.delete(uid)) return;
      const prepared = intake.prepare === undefined ? around : intake.prepare(around, bytes);
      if (prepared !== undefined) waiting.add(prepared, bytes);
    });
  }
  await sendWaiting();
  return sent;
}

/** Records that are not sent yet. A line of a file adds as many as it holds, and that is one request. */
class Waiting {
  count = 0;
  #bytes = 0;
  readonly #parts: { readonly around: Surroundings; readonly fields: Uint8Array[] }[] = [];

  get isFull(): boolean {
    return this.count >= MAX_COUNT || this.#bytes >= MAX_BYTES;
  }

  add(around: Surroundings, record: Uint8Array): void {
    let part = this.#parts.at(-1);
    // Records of one scope come with the same object.
    if (part?.around !== around) {
      part = { around, fields: [] };
      this.#parts.push(part);
    }
    part.fields.push(fieldOf(RECORD, record));
    this.count++;
    this.#bytes += record.length;
  }

  /** All of them as one request; none wait then. */
  take(): Uint8Array {
    const request = Buffer.concat(this.#parts.map(({ around, fields }) => toRequest(around, fields)));
    this.#parts.length = 0;
    this.count = 0;
    this.#bytes = 0;
    return request;
  }
}

async function send({ url, headers }: Intake, body: Uint8Array, signal: AbortSignal): Promise<void> {
  const type = { 'content-type': 'application/x-protobuf' };
  const request = { url, headers: { ...headers, ...type }, body, timeoutMs: TIMEOUT_MS, signal };
  const answer = await post({ ...request, compression: 'gzip' });
  // What it refused of a request that it took is found missing when all are looked for again.
  if (httpVerdict(answer.status) !== 'taken') throw answerError(url, answer);
}
