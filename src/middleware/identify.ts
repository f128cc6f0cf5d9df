import types from 'node:util/types';
import { OtelEventsError } from '../errors.ts';
import { clearTimeout, setTimeout } from '../time.ts';
import { cleanText } from './clean-text.ts';
import { hashedSession } from './hashed-session.ts';
import type { RequestContextOptions, RequestUser } from './request-context-options.ts';
import type { RequestFields } from './request-fields.ts';

/** The longest that a request waits for its user's session, in milliseconds. */
const LOAD_TIMEOUT_MS = 1000;

/**
 * Finds out who asks and enters that into the context it is called in; undefined: that is done already.
 * Never throws, never rejects.
 */
export type Identify<Request> = (request: Request) => Promise<void> | undefined;

/** @returns undefined if nobody can say who asks */
export function identifyWith<Request>(
  options: RequestContextOptions<Request>,
): Identify<Request> | undefined {
  const { events, user, session } = options;
  if (user === undefined && session === undefined) return undefined;
  const failed = failures(options.onError);
  const load = (userId: string): Promise<void> =>
    withinTime(events.sessions.load(userId)).catch((cause) => failed('the session of a user', cause));

  const enter = (
    found: RequestUser | undefined,
    sessionId: string | undefined,
  ): Promise<void> | undefined => {
    try {
      const fields = fieldsOf(found, sessionId);
      if (fields === undefined) return undefined;
      events.enterContext('user', fields);
      return fields.user_id === undefined ? undefined : load(fields.user_id);
    } catch (cause) {
      // An app's object may have getters that throw.
      return void failed('option user: what it says', cause);
    }
  };

  return (request) => {
    const asked = [
      attempt('user', user, request, failed),
      attempt('session', session, request, failed),
    ] as const;
    if (asked[0] instanceof Promise || asked[1] instanceof Promise) {
      return Promise.all(asked).then(([found, sessionId]) => enter(found, sessionId));
    }
    return enter(asked[0], asked[1]);
  };
}

type Failed = (what: string, cause: unknown) => void;

/** Says the first failure of each kind. */
function failures(onError: RequestContextOptions<never>['onError']): Failed {
  const said = new Set<string>();
  return (what, cause) => {
    if (said.has(what)) return;
    said.add(what);
    const name = types.isNativeError(cause) ? cause.name : typeof cause;
    // The message of the cause may hold anything, so it is only in the cause.
    const message = `requestContext: ${what} could not be found out: ${name}; requests go on without, this is said once`;
    const error = new OtelEventsError('OPTION_INVALID', message, { cause });
    try {
      if (onError === undefined) process.emitWarning(message, 'OtelEventsWarning', error.code);
      else onError(error);
    } catch (thrown) {
      process.emitWarning(`onError of requestContext threw ${String((thrown as Error)?.name)}`);
    }
  };
}

/** What a callback says; undefined, and a word about it, if it fails. */
function attempt<Request, Answer>(
  option: string,
  callback: ((request: Request) => Answer | Promise<Answer>) | undefined,
  request: Request,
  failed: Failed,
): Answer | undefined | Promise<Answer | undefined> {
  const giveUp = (cause: unknown): undefined => void failed(`option ${option}: what it asks for`, cause);
  try {
    const answer = callback?.(request);
    if (typeof (answer as PromiseLike<Answer> | undefined)?.then !== 'function') return answer as Answer;
    return Promise.resolve(answer).catch(giveUp);
  } catch (cause) {
    return giveUp(cause);
  }
}

function fieldsOf(user: RequestUser | undefined, sessionId: string | undefined): RequestFields | undefined {
  const fields: RequestFields = {};
  const userId = textOf(user?.userId);
  const username = textOf(user?.username);
  if (typeof sessionId === 'string' && sessionId !== '') fields.session_id = hashedSession(sessionId);
  if (userId !== undefined) fields.user_id = userId;
  if (username !== undefined) fields.username = username;
  for (const _ in fields) return fields;
  return undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return typeof value === 'string' ? cleanText(value) : undefined;
}

async function withinTime(loading: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('it took too long', 'TimeoutError')), LOAD_TIMEOUT_MS);
  });
  try {
    await Promise.race([loading, late]);
  } finally {
    clearTimeout(timer);
  }
}
