import type { Worker } from 'node:worker_threads';
import { OtelEventsError } from '../../../errors.ts';
import { fromWire, type WireError } from './wire-error.ts';

/** What every answer of a worker has. */
interface AnyAnswer {
  readonly id?: number | undefined;
  readonly answer?: unknown;
  readonly error?: WireError | undefined;
}

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Asks a worker, and starts it again when it has died: then what it was asked is rejected, and may be asked again. */
export class WorkerClient<Answer extends AnyAnswer> {
  readonly #start: () => Worker;
  readonly #onAnswer: (answer: Answer) => void;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #begun: PromiseWithResolvers<void> | undefined;
  #lastId = 0;

  /** @param onAnswer - told of each message, before who asked */
  constructor(start: () => Worker, onAnswer: (answer: Answer) => void = () => {}) {
    this.#start = start;
    this.#onAnswer = onAnswer;
  }

  /** Resolves when the worker has begun. @throws OtelEventsError of what keeps it from that */
  begun(): Promise<void> {
    this.#running();
    return (this.#begun as PromiseWithResolvers<void>).promise;
  }

  ask<T>(ask: unknown, transfer: readonly ArrayBuffer[] = []): Promise<T> {
    const worker = this.#running();
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
    worker.postMessage({ id, ask }, transfer);
    return promise;
  }

  /** Ends the worker when it has answered what it was asked. */
  async close(): Promise<void> {
    if (this.#worker === undefined) return;
    const worker = this.#worker;
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', () => resolve());
    });
    await this.ask('close').catch(() => {});
    await ended;
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = this.#start();
    const begun = Promise.withResolvers<void>();
    // Who asks is told in any case.
    begun.promise.catch(() => {});
    let reason: unknown;
    worker.on('message', (answer: Answer) => {
      if (answer.id === undefined && answer.error !== undefined) reason = fromWire(answer.error);
      else begun.resolve();
      this.#answered(answer);
    });
    worker.on('error', (error) => {
      reason ??= error;
    });
    worker.on('exit', () => this.#ended(worker, begun, reason));
    this.#worker = worker;
    this.#begun = begun;
    return worker;
  }

  #answered(answer: Answer): void {
    this.#onAnswer(answer);
    const { id, error } = answer;
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (id === undefined || pending === undefined) return;
    this.#pending.delete(id);
    if (error === undefined) pending.resolve(answer.answer);
    else pending.reject(fromWire(error));
  }

  #ended(worker: Worker, begun: PromiseWithResolvers<void>, reason: unknown): void {
    if (this.#worker === worker) this.#worker = undefined;
    const error = reason instanceof OtelEventsError ? reason : died(reason);
    begun.reject(error);
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

function died(cause: unknown): OtelEventsError {
  const reason = cause instanceof Error ? cause.message : 'it was ended';
  return new OtelEventsError('STORE_FAILED', `a worker of the store died: ${reason}`, { cause, retry: {} });
}
