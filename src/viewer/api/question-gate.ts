import { Refusal } from '../../serve/refusal.ts';
import type { Bounds, EventStore } from '../store/event-store.ts';

/** What a store is asked. */
export type Questions = Omit<EventStore, 'id' | 'ingest' | 'takeReport' | 'clear' | 'onCommit' | 'close'>;

/** One thread answers them, one after the other: more at once would only wait elsewhere. */
const MAX_RUNNING = 2;
/** A page asks about ten at once. */
const MAX_WAITING = 64;

/** Lets so many questions to the store at once. Of a client that hangs up, what waits is not asked, and what is worked on ends. */
export class QuestionGate {
  readonly #store: Questions;
  #running = 0;
  readonly #waiting = new Set<() => void>();
  /** Those of them that streams do not ask. */
  #single = 0;

  constructor(store: Questions) {
    this.#store = store;
  }

  /**
   * The store as one client sees it. Rejects with a `Refusal` 503 when too many wait, and with `signal.reason`.
   * @param isStream - it has begun to answer, and asks one question after the other: it waits however many do, since there
   * are only so many streams
   */
  questions(signal: AbortSignal, isStream = false): Questions {
    const store = this.#store;
    const through = <T>(ask: () => Promise<T>): Promise<T> => this.#through(signal, isStream, ask);
    const bounded = <O extends Bounds>(options: O | undefined): O => ({ ...(options as O), signal });
    return {
      page: (query, options) => through(() => store.page(query, bounded(options))),
      columns: (query, options) => through(() => store.columns(query, bounded(options))),
      lines: (query, options) => through(() => store.lines(query, bounded(options))),
      row: (...given) => through(() => store.row(...given)),
      count: (query, options) => through(() => store.count(query, bounded(options))),
      histogram: (query, options) => through(() => store.histogram(query, bounded(options))),
      facets: (query, options) => through(() => store.facets(query, bounded(options))),
      group: (query, options) => through(() => store.group(query, bounded(options))),
      funnel: (query, options) => through(() => store.funnel(query, bounded(options))),
      trace: (...given) => through(() => store.trace(...given)),
      story: (by, id, options) => through(() => store.story(by, id, bounded(options))),
      fields: (query, options) => through(() => store.fields(query, bounded(options))),
      ledger: (...given) => through(() => store.ledger(...given)),
      status: () => through(() => store.status()),
      newRows: (query, options) => through(() => store.newRows(query, bounded(options))),
    };
  }

  async #through<T>(signal: AbortSignal, isStream: boolean, ask: () => Promise<T>): Promise<T> {
    if (this.#running < MAX_RUNNING) this.#running++;
    else if (isStream) await this.#turn(signal);
    else await this.#singleTurn(signal);
    try {
      signal.throwIfAborted();
      const answer = await ask();
      // One that was ended is not whole, and is for nobody.
      signal.throwIfAborted();
      return answer;
    } finally {
      const [next] = this.#waiting;
      // Whoever is next takes this place: nobody else can come in between.
      if (next === undefined) this.#running--;
      else next();
    }
  }

  async #singleTurn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#single >= MAX_WAITING) {
      throw new Refusal(503, `${MAX_WAITING} questions wait; ask again`, { 'retry-after': '1' });
    }
    this.#single++;
    try {
      await this.#turn(signal);
    } finally {
      this.#single--;
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const go = (): void => {
        this.#waiting.delete(go);
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.delete(go);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(go);
    });
  }
}
