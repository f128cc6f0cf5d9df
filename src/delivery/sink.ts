import type { Context } from '@opentelemetry/api';
import type { Event } from '../event.ts';
import type { EventContent } from '../otlp/event/event-content.ts';
import type { Ticket } from './ledger/accounts.ts';

/** One event on its way to a sink beside the spool: merged, normalised and booked. */
export interface BookedEvent {
  readonly event: Event;
  readonly context: Context;
  /** What it becomes for an SDK; made when it is first asked for, in the turn of `push`. */
  readonly content: () => EventContent;
  readonly ticket: Ticket;
}

/** What has gone out. */
export interface Emitted {
  /** Undefined if processors have dropped it. */
  readonly event: Event | undefined;
  /** Its attributes, if somebody has needed them. */
  readonly content: EventContent | undefined;
}

/** A place beside the spool that events end in; it settles the ticket of every event exactly once. */
export interface Sink {
  readonly name: string;
  /** Takes an event in the same turn; keeps nothing of its own objects. */
  push(event: BookedEvent): void;
  /** Resolves when everything pushed before has been settled. */
  flush(): Promise<void>;
  /** Flushes for at most `timeoutMs` and settles what is left as dropped. */
  close(timeoutMs: number): Promise<void>;
}
