import { channel } from 'node:diagnostics_channel';
import type { OtelEventsError } from './errors.ts';

/** An event as it is on its way, of which more is known than this. */
export interface ChannelEvent {
  readonly id: string;
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly category: string | undefined;
  readonly tags: readonly string[];
  readonly session: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly userId: string | undefined;
  /** OTel severity number, 1 to 24. */
  readonly severity: number;
}

/**
 * What is published on `node:diagnostics_channel` while events are delivered, by the name of the channel. Nothing is made
 * for a channel that nobody listens to. What is published is shared: nobody may change it.
 * @see docs/debugging.md
 */
export interface ChannelMessages {
  /** An event has been booked, as processors and redaction have left it. `sinks`: where it goes. */
  readonly 'otel-events:event': { readonly event: ChannelEvent; readonly sinks: readonly string[] };
  /** A sink has answered to a batch, or has not. `answer`: `delivered`, `retry`, `hold`, or how it was refused. */
  readonly 'otel-events:batch': {
    readonly sink: string;
    readonly signal: 'logs' | 'traces' | 'metrics';
    readonly count: number;
    /** Of the encoded records, before compression. */
    readonly bytes: number;
    readonly durationMs: number;
    readonly answer: string;
  };
  /** Events, or spans, have come to their end with a sink: `column` and `reason` are those of `stats()`. */
  readonly 'otel-events:settled': {
    /** `none` where they came to none: an event that its schema refused, or that was logged after `close()`. */
    readonly sink: string;
    readonly column: string;
    readonly reason: string | undefined;
    readonly count: number;
  };
  /** Something that is told with `onError`, too. */
  readonly 'otel-events:error': { readonly error: OtelEventsError };
}

/** A channel that takes messages of its own kind. */
interface TypedChannel<Message> {
  readonly hasSubscribers: boolean;
  publish(message: Message): void;
}

function open<Name extends keyof ChannelMessages>(name: Name): TypedChannel<ChannelMessages[Name]> {
  return channel(name);
}

/** Ask `hasSubscribers` before a message is made. */
export const CHANNELS = {
  event: open('otel-events:event'),
  batch: open('otel-events:batch'),
  settled: open('otel-events:settled'),
  error: open('otel-events:error'),
} as const;
