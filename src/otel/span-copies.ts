import type { Span } from '@opentelemetry/api';
import type { Copies } from '../delivery/bridge.ts';
import type { Bursts } from '../delivery/bursts.ts';
import type { Event } from '../event.ts';
import type { EventContent } from '../otlp/event/event-content.ts';
import { copyToSpan } from './copy-to-span.ts';

/** Copies events to spans of the app's tracer; what throws there costs the copy only. */
export class SpanCopies implements Copies {
  readonly #bursts: Bursts;

  constructor(bursts: Bursts) {
    this.#bursts = bursts;
  }

  isWanted(span: Span): boolean {
    try {
      return span.isRecording();
    } catch (cause) {
      this.#threw(cause);
      return false;
    }
  }

  add(span: Span, { time }: Event, { name, attributes }: EventContent): void {
    try {
      copyToSpan(span, name, attributes, time);
    } catch (cause) {
      this.#threw(cause);
    }
  }

  #threw(cause: unknown): void {
    const message = "the app's span threw when an event was copied to it; the event is not affected";
    this.#bursts.add('span', 'EXPORT_FAILED', message, { cause });
  }
}
