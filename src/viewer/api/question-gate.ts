import { Refusal } from '../../serve/refusal.ts';
import type { EventStore } from '../store/event-store.ts';

/** What a store is asked. */
export type Questions = Omit<EventStore, 'id' | 'ingest' | 'takeReport' | 'onCommit' | 'close'>;

/** One thread answers them, one after the other: more at once would only wait elsewhere. */
const MAX_RUNNING = 2;
/** A page asks about ten at once. */
const MAX_WAITING = 64;

/** Lets so many questions to the store at once. Of a client that hangs up, what waits is not asked any more. */
export class QuestionGate {
  readonly #store: Questions;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  constructor(store: Questions) {
    this.#store = store;
  }

  /** The store as one client sees it. Rejects with a `Refusal` 503 when too many wait, and with `signal.reason`. */
  questions(signal: AbortSignal): Questions {
    const store = this.#store;
    const through = <T>(ask: () => Promise<T>): Promise<T> => this.#through(signal, ask);
    return {
      page: (...given) => through(() => store.page(...given)),
      row: (...given) => through(() => store.row(...given)),
      count: (...given) => through(() => store.count(...given)),
      histogram: (...given) => through(() => store.histogram(...given)),
      facets: (...given) => through(() => store.facets(...given)),
      group: (...given) => through(() => store.group(...given)),
      funnel: (...given) => through(() => store.funnel(...given)),
      trace: (...given) => through(() => store.trace(...given)),
      story: (...given) => through(() => store.story(...given)),
      fields: (...given) => through(() => store.fields(...given)),
      ledger: (...given) => through(() => store.ledger(...given)),
      status: () => through(() => store.status()),
      newRows: (...given) => through(() => store.newRows(...given)),
    };
  }

  async #through<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    if (this.#running < MAX_RUNNING) this.#running++;
    else await this.#turn(signal);
    try {
      signal.throwIfAborted();
      return await ask();
    } finally {
      const [next] = this.#waiting;
      // Whoever is next takes this place: nobody else can come in between.
      if (next === undefined) this.#running--;
      else next();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#waiting.size >= MAX_WAITING) {
      throw new Refusal(503, `${MAX_WAITING} questions wait; ask again`, { 'retry-after': '1' });
    }
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
