import { randomUUID } from 'node:crypto';
import { isThenable } from '../../is-thenable.ts';

/** The session of one user. */
export interface UserSession {
  readonly id: string;
  /** The session before it, if one is known. */
  readonly previousId: string | undefined;
  /** Time of its last event, epoch milliseconds. */
  readonly lastMs: number;
}

/**
 * Where sessions are kept beside the memory of this process; a `Map` is one. `get` is asked for a user who is
 * not in memory, `set` told of new sessions and, now and then, of their last event.
 */
export interface SessionStore {
  /** Undefined: the user has none. */
  get(userId: string): UserSession | undefined;
  /** A promise that it returns is not waited for; one that is rejected is reported. */
  set(userId: string, session: UserSession): unknown;
  /** Told of sessions that have ended. */
  delete?(userId: string): unknown;
  /** Reads a session from elsewhere; the middleware waits for it before a request is handled. */
  load?(userId: string): Promise<UserSession | undefined>;
}

/** How sessions of users are found. */
export interface SessionOptions {
  /** A session ends when its user has had no event for so long. Default 30 minutes. */
  readonly timeoutMs?: number;
  /** For sessions that outlive the process or are shared with others. Default: memory only. */
  readonly store?: SessionStore;
}

/** A session that is over. */
export interface EndedSession {
  readonly userId: string;
  readonly session: UserSession;
}

/** What an event of a user means for sessions. */
export interface Visit {
  readonly session: UserSession;
  readonly isNew: boolean;
  /** Sessions that were found to be over, of whichever user. */
  readonly ended: readonly EndedSession[];
}

const TIMEOUT_MS = 30 * 60_000;

/** Users in memory. The one whose last event is longest ago goes first, and their session ends. */
const MAX_USERS = 10_000;

/** The store is told of a session's last event when it has moved on by this part of the time-out. */
const STORE_STEPS = 20;

interface Known extends UserSession {
  lastMs: number;
  storedMs: number;
}

/** Which session an event belongs to: one a user, until that user is idle for too long. */
export class Sessions {
  readonly #timeoutMs: number;
  readonly #store: SessionStore | undefined;
  readonly #onStoreError: (cause: unknown) => void;
  /** The user of the latest event last. */
  readonly #users = new Map<string, Known>();

  /** @param onStoreError - told when the app's store throws; sessions go on in memory */
  constructor({ timeoutMs = TIMEOUT_MS, store }: SessionOptions, onStoreError: (cause: unknown) => void) {
    this.#timeoutMs = timeoutMs;
    this.#store = store;
    this.#onStoreError = onStoreError;
  }

  /**
   * The session of an event.
   * @param timeMs - when it happened, epoch milliseconds
   * @param nowMs - a time in the future ends a session that it is too far from, but is not kept as the last event
   */
  visit(userId: string, timeMs: number, nowMs: number): Visit {
    const ended = this.#endIdle(nowMs, userId);
    const known = this.#users.get(userId) ?? this.#stored(userId);
    this.#users.delete(userId);
    const lastMs = Math.min(timeMs, nowMs);
    if (known !== undefined && timeMs - known.lastMs <= this.#timeoutMs) {
      known.lastMs = Math.max(known.lastMs, lastMs);
      this.#users.set(userId, known);
      if (known.lastMs - known.storedMs > this.#timeoutMs / STORE_STEPS) this.#keep(userId, known);
      return { session: known, isNew: false, ended };
    }
    if (known !== undefined) ended.push({ userId, session: known });
    const session: Known = { id: randomUUID(), previousId: known?.id, lastMs, storedMs: 0 };
    this.#users.set(userId, session);
    this.#keep(userId, session);
    this.#endOldest(ended);
    return { session, isNew: true, ended };
  }

  /** Reads a user's session from the store, unless it is in memory. Never rejects. */
  async load(userId: string): Promise<void> {
    if (this.#users.has(userId) || this.#store?.load === undefined) return;
    try {
      const session = toKnown(await this.#store.load(userId));
      if (session === undefined || this.#users.has(userId)) return;
      this.#users.set(userId, session);
    } catch (cause) {
      this.#onStoreError(cause);
    }
  }

  /** At the end of the process: all sessions, or, where a store keeps them for others, those that are over. */
  close(nowMs: number): readonly EndedSession[] {
    if (this.#store !== undefined) return this.#endIdle(nowMs);
    const ended = [...this.#users].map(([userId, session]) => ({ userId, session }));
    this.#users.clear();
    return ended;
  }

  #endIdle(nowMs: number, but?: string): EndedSession[] {
    const ended: EndedSession[] = [];
    for (const [userId, session] of this.#users) {
      if (nowMs - session.lastMs <= this.#timeoutMs) break;
      if (userId === but) continue;
      this.#forget(userId);
      ended.push({ userId, session });
    }
    return ended;
  }

  #endOldest(ended: EndedSession[]): void {
    const [oldest] = this.#users;
    if (oldest === undefined || this.#users.size <= MAX_USERS) return;
    const [userId, session] = oldest;
    this.#users.delete(userId);
    // Whoever has a store finds it there again.
    if (this.#store === undefined) ended.push({ userId, session });
  }

  #stored(userId: string): Known | undefined {
    try {
      return toKnown(this.#store?.get(userId));
    } catch (cause) {
      this.#onStoreError(cause);
      return undefined;
    }
  }

  #keep(userId: string, session: Known): void {
    session.storedMs = session.lastMs;
    const { id, previousId, lastMs } = session;
    this.#tell(() => this.#store?.set(userId, { id, previousId, lastMs }));
  }

  #forget(userId: string): void {
    this.#users.delete(userId);
    this.#tell(() => this.#store?.delete?.(userId));
  }

  #tell(change: () => unknown): void {
    try {
      const result = change();
      if (isThenable(result)) Promise.resolve(result).catch(this.#onStoreError);
    } catch (cause) {
      this.#onStoreError(cause);
    }
  }
}

/** What a store gave, if it is a session; a store may have been filled by somebody else. */
function toKnown(given: UserSession | undefined): Known | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { id, previousId, lastMs } = given;
  if (typeof id !== 'string' || id === '' || !Number.isFinite(lastMs)) return undefined;
  return {
    id,
    previousId: typeof previousId === 'string' ? previousId : undefined,
    lastMs,
    storedMs: lastMs,
  };
}
