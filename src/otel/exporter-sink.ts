import type { OtelEventsError } from '../errors.ts';
import type { EventRecord } from '../otlp/event-record.ts';
import { type Outcome, SendQueue } from '../spool/send-queue.ts';
import type { Accounts, Ticket } from './accounts.ts';
import type { Sink } from './sink.ts';
import { toEventRecord } from './to-event-record.ts';

/** One event in an exporter's queue. */
export interface QueuedEvent {
  readonly record: EventRecord;
  readonly ticket: Ticket;
  readonly bytes: number;
  readonly outputPath: string | undefined;
}

/** What an exporter sink needs. */
export interface ExporterSinkOptions {
  readonly name: string;
  readonly send: (events: readonly QueuedEvent[], signal: AbortSignal) => Promise<void>;
  readonly flushIntervalMs: number;
  readonly flushBatchSize: number;
  readonly resource: EventRecord['resource'];
  readonly accounts: Accounts;
  readonly onError: (error: OtelEventsError) => void;
}

/** A sink with a queue of its own, in front of one exporter: its failures hold up nobody else. */
export function exporterSink(options: ExporterSinkOptions): Sink {
  const { name, send, accounts, resource } = options;
  const queue = new SendQueue<QueuedEvent>({
    name,
    send,
    sizeOf: ({ bytes }) => bytes,
    batchSize: options.flushBatchSize,
    flushIntervalMs: options.flushIntervalMs,
    onError: options.onError,
    onOutcome: (events, outcome) => {
      for (const { ticket } of events) accounts.settle(ticket, name, outcome.column, reasonOf(outcome));
    },
  });
  return {
    name,
    push: ({ event, content, ticket }) =>
      queue.push({
        record: toEventRecord({ event, content }, resource),
        ticket,
        bytes: content.bytes,
        outputPath: event.outputPath,
      }),
    flush: () => queue.flush(),
    close: (timeoutMs) => queue.close(timeoutMs),
  };
}

function reasonOf(outcome: Outcome): string {
  return outcome.column === 'acked' ? '' : outcome.reason;
}
