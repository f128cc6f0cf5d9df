import { type Collector, startCollector } from './collector/start-collector.ts';
import { EventLogger } from './logger/event-logger.ts';
import type { EventLoggerOptions } from './logger/options.ts';
import type { Exporter } from './otel/pipeline.ts';
import type { EventRecord } from './otlp/event-record.ts';
import { type ReadEvent, readEvent } from './otlp/read-event.ts';
import { recordsOf } from './otlp/records-of.ts';

export type { EventRecord, ReadEvent };

/** An exporter that keeps what it is given. */
export interface MemoryExporter extends Exporter {
  /** What was emitted, as plain objects, in order. */
  readonly events: readonly ReadEvent[];
  /** The same as log records. */
  readonly records: readonly EventRecord[];
  /** Forgets everything. */
  clear(): void;
}

/** Makes an exporter for tests; what was logged is there after `await logger.flush()`. */
export function memoryExporter(name = 'memory'): MemoryExporter {
  const records: EventRecord[] = [];
  const events: ReadEvent[] = [];
  return {
    name,
    events,
    records,
    async send(batch) {
      records.push(...batch);
      events.push(...batch.map(readEvent));
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
  get emitted(): readonly ReadEvent[] {
    return this.#memory.events;
  }

  /** The same as log records. */
  get records(): readonly EventRecord[] {
    return this.#memory.records;
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

/** A collector on a free port of loopback that keeps what it is sent. */
export interface TestCollector extends AsyncDisposable {
  /** For the option `endpoint`, or `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  /** What arrived, as plain objects, in order. */
  readonly events: readonly ReadEvent[];
  /** The same as log records. */
  readonly records: readonly EventRecord[];
  /** Frees the port. What arrived stays. */
  stop(): Promise<void>;
}

/** Starts a collector for tests of whatever speaks OTLP over HTTP; it writes no files. */
export async function startTestCollector(): Promise<TestCollector> {
  const records: EventRecord[] = [];
  const events: ReadEvent[] = [];
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
        events.push(...added.map(readEvent));
      },
    },
  });
  const stop = (): Promise<void> => collector.stop();
  return { endpoint: collector.endpoint, events, records, stop, [Symbol.asyncDispose]: stop };
}
