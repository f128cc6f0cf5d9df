import type { Collector } from './collector/run-collector.ts';
import { startCollector } from './collector/start-collector.ts';
import type { Exporter } from './exporters/exporter.ts';
import { EventLogger } from './logger/event-logger.ts';
import type { EventLoggerOptions } from './logger/options.ts';
import type { EventRecord } from './otlp/event/event-record.ts';
import { type ReadEvent, readEvent } from './otlp/event/read-event.ts';
import { recordsOf } from './otlp/event/records-of.ts';

export type { EventRecord, ReadEvent };

/** An event as a test looks at it: what the caller gave, and what the record says beside it. */
export interface EmittedEvent extends ReadEvent {
  /** 1-24; 9 is INFO, 17 is ERROR. */
  readonly severity: number;
  /** The option `message`, else the name. */
  readonly message: string;
  /** When it happened; `records` have it in nanoseconds. */
  readonly time: Date;
  /** 32 lowercase hex digits, if there was a span. */
  readonly traceId: string | undefined;
  /** 16 lowercase hex digits, if there was a span. */
  readonly spanId: string | undefined;
}

/** An exporter that keeps what it is given. */
export interface MemoryExporter extends Exporter {
  /** What was emitted, as plain objects, in order. */
  readonly events: readonly EmittedEvent[];
  /** The same as log records. */
  readonly records: readonly EventRecord[];
  /** Forgets everything. */
  clear(): void;
}

/** Makes an exporter for tests; what was logged is there after `await logger.flush()`. */
export function memoryExporter(name = 'memory'): MemoryExporter {
  const records: EventRecord[] = [];
  const events: EmittedEvent[] = [];
  return {
    name,
    events,
    records,
    async send(batch) {
      records.push(...batch);
      events.push(...batch.map(readEmitted));
    },
    clear() {
      records.length = 0;
      events.length = 0;
    },
  };
}

/** A logger that sends nothing anywhere and keeps what it emitted. */
export class TestLogger extends EventLogger {
  readonly #memory: MemoryExporter;

  constructor(options: EventLoggerOptions, memory: MemoryExporter) {
    super({ delivery: 'none', ...options, exporters: [memory, ...(options.exporters ?? [])] });
    this.#memory = memory;
  }

  /** What was emitted up to the last `await flush()`, as plain objects, in order. */
  get emitted(): readonly EmittedEvent[] {
    return this.#memory.events;
  }

  /** The same as log records. */
  get records(): readonly EventRecord[] {
    return this.#memory.records;
  }

  /** Forgets what was emitted up to now. What was logged and not flushed yet comes later. */
  clear(): void {
    this.#memory.clear();
  }
}

/**
 * Makes a logger for tests: no network, everything in memory.
 *
 * @example
 * const events = testLogger();
 * events.log('cart.item_added', { sku: 'A1' });
 * await events.flush();
 * assert.deepEqual(events.emitted[0].data, { sku: 'A1' });
 */
export function testLogger(options: EventLoggerOptions = {}): TestLogger {
  return new TestLogger(options, memoryExporter());
}

function readEmitted(record: EventRecord): EmittedEvent {
  const { severityNumber, body, timeUnixNano, traceId, spanId } = record;
  return {
    ...readEvent(record),
    severity: severityNumber,
    message: typeof body === 'string' ? body : JSON.stringify(body),
    time: new Date(Number(timeUnixNano / 1_000_000n)),
    traceId,
    spanId,
  };
}

/** A collector on a free port of loopback that keeps what it is sent. */
export interface TestCollector extends AsyncDisposable {
  /** For the option `endpoint`, or `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  /** What arrived, as plain objects, in order. */
  readonly events: readonly EmittedEvent[];
  /** The same as log records. */
  readonly records: readonly EventRecord[];
  /** Frees the port. What arrived stays. */
  stop(): Promise<void>;
}

/** Starts a collector for tests of whatever speaks OTLP over HTTP; it writes no files. */
export async function startTestCollector(): Promise<TestCollector> {
  const records: EventRecord[] = [];
  const events: EmittedEvent[] = [];
  const collector: Collector = await startCollector({
    config: {
      receivers: { otlp: { protocols: { http: { endpoint: '127.0.0.1:0' } } } },
      service: {
        telemetry: { logs: { level: 'error' } },
        pipelines: {
          logs: { receivers: ['otlp'], exporters: ['memory'] },
          traces: { receivers: ['otlp'], exporters: ['memory'] },
        },
      },
    },
    exporters: {
      async memory(batch) {
        const added = batch.signal === 'logs' ? recordsOf(batch) : [];
        records.push(...added);
        events.push(...added.map(readEmitted));
      },
    },
  });
  const stop = (): Promise<void> => collector.stop();
  return { endpoint: collector.endpoint, events, records, stop, [Symbol.asyncDispose]: stop };
}
