/**
 * An event as a processor sees it. It belongs to the one route it was made for: changing it, or anything in
 * it, changes what that route's exporters get and nothing else.
 */
export interface ProcessorEvent {
  /** Cannot be changed: it tells copies of one event from two events. */
  readonly id: string;
  name: string;
  data: Record<string, unknown>;
  category: string | undefined;
  tags: string[];
  session: Record<string, unknown>;
  /** edX contexts, merged. */
  context: Record<string, unknown>;
  userId: string | undefined;
  projectId: string | undefined;
  /** Epoch milliseconds, with a fraction. */
  timestamp: number;
  /** OTel severity number, 1-24. */
  severity: number;
  message: string | undefined;
}

/**
 * Looks at an event before anything is queued: synchronously, in the call that logs it.
 * @returns nothing to keep the event (as it is, or as it was changed), an event to replace it, `null` to drop it
 */
export interface Processor {
  // biome-ignore lint/suspicious/noConfusingVoidType: a processor that only looks returns nothing
  (event: ProcessorEvent): Partial<ProcessorEvent> | null | undefined | void;
  /** How the ledger counts what it drops. Default `filtered`. */
  readonly dropsAs?: 'sampled' | 'filtered';
}
