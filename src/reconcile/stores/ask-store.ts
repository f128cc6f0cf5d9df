import { OtelEventsError } from '../../errors.ts';
import { toBuffer } from '../../to-buffer.ts';
import { splitLines } from '../../viewer/files/split-lines.ts';
import { below } from './below.ts';

/** A store that speaks HTTP. */
export interface AskedStore {
  readonly kind: string;
  readonly url: URL;
  /** Shown to the store, such as a token; never in messages. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A question that takes longer is given up. */
const TIMEOUT_MS = 120_000;

/** The most of an answer of an error that is told. */
const MAX_SAID_CHARS = 200;

/** Asks; a form is posted, so that a question may be longer than an address. @throws OtelEventsError `STORE_FAILED` */
export async function askStore(
  store: AskedStore,
  path: string,
  params: Readonly<Record<string, string>>,
  method: 'GET' | 'POST' = 'POST',
): Promise<Response> {
  const { kind, url, headers } = store;
  const target = below(url, path);
  const form = new URLSearchParams(params);
  if (method === 'GET') target.search = form.toString();
  let answer: Response;
  try {
    answer = await fetch(target, {
      method,
      headers,
      ...(method === 'POST' && { body: form }),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw awayError(store, cause);
  }
  if (answer.ok) return answer;
  // Without the question, which some repeat: it may name a person.
  const text = (await answer.text().catch(() => '')).replace(/;?\s*(?:query|filter)=.*/s, '');
  const said = text.slice(0, MAX_SAID_CHARS).trim();
  const message = `${kind} at ${url.origin} answered ${answer.status} to ${target.pathname}${said === '' ? '' : `: ${said}`}`;
  const fix = answer.status === 404 ? `is it a ${kind}, and the address without a path?` : undefined;
  throw new OtelEventsError('STORE_FAILED', message, fix === undefined ? {} : { fix });
}

/**
 * The JSON of an answer.
 * @param member - what such an answer has in any case; undefined: it may be anything
 * @throws OtelEventsError `STORE_FAILED` when it breaks off, or is none of this store
 */
export async function jsonOfAnswer<T>(
  store: AskedStore,
  answer: Response,
  member?: keyof T & string,
): Promise<T> {
  let text: string;
  try {
    text = await answer.text();
  } catch (cause) {
    throw awayError(store, cause);
  }
  return parse(store, text, member);
}

/**
 * The objects of an answer of JSON lines, as they come.
 * @param member - what each of them has
 * @throws OtelEventsError `STORE_FAILED` when it breaks off, or is none of this store
 */
export async function* rowsOfAnswer(
  store: AskedStore,
  answer: Response,
  member: string,
): AsyncGenerator<Readonly<Record<string, string>>> {
  for await (const line of linesOfAnswer(store, answer)) yield parse(store, line, member);
}

/** A proxy's page, or another server, may answer with 200 as well. */
function parse<T>(store: AskedStore, text: string, member: string | undefined): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw otherAnswer(store, 'no JSON');
  }
  const isIts =
    member === undefined || (typeof value === 'object' && value !== null && Object.hasOwn(value, member));
  if (!isIts) throw otherAnswer(store, `JSON without ${JSON.stringify(member)}`);
  return value as T;
}

/** The error of an answer with 200 that this kind of store does not give. */
export function otherAnswer({ kind, url }: AskedStore, what: string): OtelEventsError {
  const message = `${kind} at ${url.origin}: the answer is ${what}`;
  return new OtelEventsError('STORE_FAILED', message, { fix: `is it a ${kind}, or something before it?` });
}

/** The lines of an answer, as they come. @throws OtelEventsError `STORE_FAILED` when it breaks off */
async function* linesOfAnswer(store: AskedStore, answer: Response): AsyncGenerator<string> {
  if (answer.body === null) return;
  try {
    for await (const { bytes } of splitLines(buffers(answer.body))) {
      if (bytes !== undefined && bytes.length > 0) yield bytes.toString('utf8');
    }
  } catch (cause) {
    throw awayError(store, cause);
  }
}

async function* buffers(body: ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of body) yield toBuffer(chunk);
}

function awayError({ kind, url }: AskedStore, cause: unknown): OtelEventsError {
  const { name, cause: inner } = cause as Error;
  const code = (inner as NodeJS.ErrnoException | undefined)?.code;
  const why = name === 'TimeoutError' ? `no answer within ${TIMEOUT_MS / 1000} s` : (code ?? 'no answer');
  return new OtelEventsError('STORE_FAILED', `${kind} at ${url.origin}: ${why}`, {
    cause,
    retry: {},
    fix: 'does it run, and is the address right?',
  });
}
