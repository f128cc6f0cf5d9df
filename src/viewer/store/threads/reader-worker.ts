/** The thread that answers questions about a store. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerQuestion, type QuestionName, type Questions } from '../read/answer-question.ts';
import { type ReaderOptions, ReadStore } from '../read/read-store.ts';
import { type StopFlag, signalFrom } from './stop-flag.ts';
import { toWire, type WireError } from './wire-error.ts';
import type { StoreState } from './writer-worker.ts';

/** To the reader. */
export interface ReaderCall<Name extends QuestionName = QuestionName> {
  readonly id: number;
  readonly ask:
    | {
        readonly name: Name;
        readonly given: Questions[Name]['given'];
        readonly state: StoreState;
        readonly stop?: StopFlag | undefined;
      }
    | 'close';
}

/** From the reader. */
export interface ReaderAnswer {
  /** Undefined: it has begun. */
  readonly id?: number | undefined;
  readonly answer?: unknown;
  readonly error?: WireError | undefined;
}

const port = parentPort as NonNullable<typeof parentPort>;
const post = (answer: ReaderAnswer): void => port.postMessage(answer);

try {
  serve(new ReadStore(workerData as ReaderOptions));
} catch (error) {
  post({ error: toWire(error) });
}

function serve(store: ReadStore): void {
  let known: StoreState | undefined;
  port.on('message', ({ id, ask }: ReaderCall) => {
    if (ask === 'close') {
      store.close();
      post({ id });
      port.close();
      return;
    }
    try {
      if (known?.files !== ask.state.files) store.refreshFiles();
      else if (known.next !== ask.state.next) store.refresh();
      known = ask.state;
      post({ id, answer: answerQuestion(store, ask.name, stoppable(ask.given, ask.stop)) });
    } catch (error) {
      post({ id, error: toWire(error) });
    }
  });
  post({});
}

function stoppable<Given>(given: Given, stop: StopFlag | undefined): Given {
  if (stop === undefined) return given;
  const { options } = given as { readonly options: object };
  return { ...given, options: { ...options, signal: signalFrom(stop) } };
}
