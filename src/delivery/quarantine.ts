import type { OtelEventsError } from '../errors.ts';
import type { Event } from '../event.ts';
import { encodeEvent } from '../otlp/event/encode-event.ts';
import { type Envelope, encodeEnvelope } from '../otlp/sdk/encode-envelope.ts';
import type { AttributeMap } from '../otlp/values/attribute-value.ts';
import { Spool } from '../spool/spool.ts';
import { OVERSIZED, SCOPE } from './scope.ts';

/** What a {@link Quarantine} needs. */
export interface QuarantineOptions {
  readonly directory: string;
  readonly resource: () => AttributeMap;
  readonly onError: (error: OtelEventsError) => void;
}

/** The sink that nobody serves: what is in its spool waits for people. */
const QUARANTINE_SINK = 'quarantine';

/** The most bytes of events that are kept; beyond it the oldest go: a flood of bad events must not fill a disk. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Events that their schemas refuse, kept in a spool of their own until somebody has looked at them: as records
 * like any other, with what is wrong in `event.schema.issues`.
 */
export class Quarantine {
  readonly #spool: Spool;
  readonly #resource: () => AttributeMap;
  #envelope: Envelope | undefined;

  constructor({ directory, resource, onError }: QuarantineOptions) {
    this.#resource = resource;
    this.#spool = new Spool({ spool: directory, durability: 'os', maxBytes: MAX_BYTES, onError });
  }

  add(event: Event): void {
    // Every event as one that may be more than log stores take: whoever mends it may make it larger.
    this.#envelope ??= encodeEnvelope({ attributes: this.#resource() }, { ...SCOPE, attributes: OVERSIZED });
    const kind = this.#spool.kind('logs', this.#envelope, event.name, [QUARANTINE_SINK]);
    this.#spool.append(kind, encodeEvent(event));
  }

  durable(): Promise<void> {
    return this.#spool.durable();
  }

  /** Writes what is in memory, in this turn; for the end of the process. */
  flushSync(): void {
    this.#spool.flushSync();
  }

  close(): void {
    this.#spool.close();
  }
}
