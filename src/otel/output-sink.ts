import type { OtelEventsError } from '../errors.ts';
import { saveResultsFile } from '../exporters/results-file.ts';
import type { EventRecord } from '../otlp/event-record.ts';
import { SendQueue } from '../spool/send-queue.ts';
import type { Accounts, Ticket } from './accounts.ts';
import type { Sink } from './sink.ts';
import { toEventRecord } from './to-event-record.ts';

/** The sink of events that are also saved as `results.json`. */
export const OUTPUT_SINK = 'outputPath';

interface Result {
  readonly record: EventRecord;
  readonly directory: string;
  readonly ticket: Ticket;
  readonly bytes: number;
}

/** What {@link outputSink} needs. */
export interface OutputSinkOptions {
  readonly resource: EventRecord['resource'];
  readonly accounts: Accounts;
  readonly onError: (error: OtelEventsError) => void;
}

/** Saves each event in the directory it names. The path is the call's own, so it does not go into the spool. */
export function outputSink({ resource, accounts, onError }: OutputSinkOptions): Sink {
  const queue = new SendQueue<Result>({
    name: OUTPUT_SINK,
    send: async ([result]) => {
      if (result !== undefined) await saveResultsFile(result.directory, result.record);
    },
    sizeOf: ({ bytes }) => bytes,
    batchSize: 1,
    onError,
    onOutcome: (results, outcome) => {
      for (const { ticket } of results) accounts.settle(ticket, accounts.sink(OUTPUT_SINK), outcome);
    },
  });
  return {
    name: OUTPUT_SINK,
    push: ({ event, content, ticket }) =>
      void queue.push({
        record: toEventRecord({ event, content }, resource),
        directory: event.outputPath as string,
        ticket,
        bytes: content.bytes,
      }),
    flush: () => queue.flush(),
    close: (timeoutMs) => queue.close(timeoutMs),
  };
}
