import type { Span } from '@opentelemetry/api';
import type { OtelEventsError } from '../errors.ts';
import type { Event } from '../event.ts';
import type { EventContent } from '../otlp/event/event-content.ts';
import type { ReadableSpan } from '../otlp/sdk/encode-span.ts';
import type { AttributeMap } from '../otlp/values/attribute-value.ts';
import type { Bursts } from './bursts.ts';
import type { Accounts, Ledger, LedgerRow } from './ledger/accounts.ts';
import type { MeteredSink } from './metered-sink.ts';
import type { Sink } from './sink.ts';

/** Where an event goes over OpenTelemetry: our spool, a sink beside it, or nowhere for a reason. */
export type Outlet =
  | { readonly kind: 'spool' }
  | { readonly kind: 'sink'; readonly sink: Sink }
  | { readonly kind: 'none'; readonly reason: string };

/** Chooses outlets: the app's providers, a stock SDK, or our spool. */
export interface Outlets {
  /** Where the next event goes. */
  outlet(): Outlet;
  /** Whether a destination is a pipeline of our own. */
  isOwn(outlet: Outlet): boolean;
  /** Prepares what the first event would have to wait for. @returns where it would go now */
  warmUp(): Outlet['kind'];
  flush(): Promise<void>;
  close(timeoutMs: number): Promise<void>;
}

/** What those who choose outlets know of the pipeline they choose for. */
export interface OutletsOptions {
  /** Whether a spool directory was given: then the events are ours to deliver. */
  readonly hasSpool: boolean;
  /** What the options say of the source of events, for a resource that is the app's. */
  readonly given: () => AttributeMap;
  readonly resource: () => AttributeMap;
  readonly accounts: Accounts;
  /** Takes the spans of our own pipeline. */
  readonly onSpan: (span: ReadableSpan) => void;
}

/** The ledger, and the events that are in `total` and in none of its sinks, since they ended before one saw them. */
export type Counts = Pick<Ledger, 'total' | 'sinks' | 'spans' | 'adopted'> & { readonly refused?: LedgerRow };

/** What metrics are made of. `ledger` and `describe` are called only when somebody collects. */
export interface MetricsSource {
  readonly ledger: () => Counts;
  /** Must always answer the same for the same sink: it is in the series' attributes. */
  readonly describe: (sink: string) => MeteredSink;
  readonly onError: (error: OtelEventsError) => void;
}

/** Copies events to spans of the app's tracer. */
export interface Copies {
  isWanted(span: Span): boolean;
  add(span: Span, event: Event, content: EventContent): void;
}

/** What a pipeline is given of other people's OpenTelemetry, about which it knows nothing itself. */
export interface Bridge {
  outlets(options: OutletsOptions): Outlets;
  /** Shows the ledger as metrics until it is closed. */
  metrics(source: MetricsSource): { close(): Promise<void> };
  copies(bursts: Bursts): Copies;
}
