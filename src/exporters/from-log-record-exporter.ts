import { OtelEventsError } from '../errors.ts';
import type { EventRecord } from '../otlp/event/event-record.ts';
import type { Exporter } from './exporter.ts';

/**
 * A record as exporters of an OpenTelemetry SDK take it, 2.x or 3.x; those before 0.203 do not look at `eventName`.
 * @see `ReadableLogRecord` of `@opentelemetry/sdk-logs`
 */
export interface SdkLogRecord {
  readonly hrTime: [seconds: number, nanoseconds: number];
  readonly hrTimeObserved: [seconds: number, nanoseconds: number];
  readonly spanContext?: { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
  readonly severityNumber?: number;
  readonly body?: unknown;
  readonly eventName?: string;
  readonly resource: { readonly attributes: object };
  readonly instrumentationScope: { readonly name: string; readonly version?: string };
  readonly attributes: object;
  readonly droppedAttributesCount: number;
}

/** A `LogRecordExporter` of `@opentelemetry/sdk-logs`, as far as it is used. */
export interface LogRecordExporterLike {
  /** Takes records, and calls back once: `code` 0 for a success. */
  export(logs: SdkLogRecord[], resultCallback: (result: ExportResultLike) => void): void;
  /** Called when the logger closes. */
  shutdown(): Promise<void>;
}

/** An `ExportResult` of `@opentelemetry/core`. */
export interface ExportResultLike {
  readonly code: number;
  readonly error?: Error;
}

const SUCCESS = 0;

/** Statuses by which a server says that there is something wrong with the records, and not with the request. */
const REFUSED: readonly unknown[] = [400, 413, 422];

/** Whether it is one of OpenTelemetry's; ours have `send`. */
export function isLogRecordExporter(exporter: object): exporter is LogRecordExporterLike {
  const {
    export: take,
    shutdown,
    send,
  } = exporter as { export?: unknown; shutdown?: unknown; send?: unknown };
  return typeof take === 'function' && typeof shutdown === 'function' && send === undefined;
}

/**
 * Makes an exporter of OpenTelemetry's one of ours: behind a queue of its own, with what it does not take tried
 * again until it does. If its error has an HTTP status that refuses the records (400, 413, 422), those at fault
 * are found and rejected.
 */
export function fromLogRecordExporter(name: string, exporter: LogRecordExporterLike): Exporter {
  return {
    name,
    send: async (records, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const giveUp = (): void => reject(signal.reason);
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        exporter.export(toSdkRecords(records), ({ code, error }) => {
          if (code === SUCCESS) resolve();
          else reject(failure(name, error));
        });
        await promise;
      } finally {
        // One signal serves all batches of a logger.
        signal.removeEventListener('abort', giveUp);
      }
    },
    close: () => exporter.shutdown(),
  };
}

/** Resources and scopes that are the same are the same object: exporters group by them. */
function toSdkRecords(records: readonly EventRecord[]): SdkLogRecord[] {
  const scopes = new Map<string, EventRecord['scope']>();
  return records.map((record) => {
    const { traceId, spanId, scope } = record;
    const key = `${scope.name} ${scope.version}`;
    const shared = scopes.get(key) ?? scope;
    scopes.set(key, shared);
    return {
      hrTime: hrTime(record.timeUnixNano),
      hrTimeObserved: hrTime(record.observedTimeUnixNano),
      ...(traceId && spanId ? { spanContext: { traceId, spanId, traceFlags: record.flags } } : {}),
      severityNumber: record.severityNumber,
      body: record.body,
      eventName: record.eventName,
      resource: record.resource,
      instrumentationScope: shared,
      attributes: record.attributes,
      droppedAttributesCount: 0,
    };
  });
}

function hrTime(unixNano: bigint): SdkLogRecord['hrTime'] {
  return [Number(unixNano / 1_000_000_000n), Number(unixNano % 1_000_000_000n)];
}

function failure(name: string, error: Error | undefined): Error {
  const { code } = (error ?? {}) as { code?: unknown };
  if (!REFUSED.includes(code)) return error ?? new Error(`${name} did not take the records`);
  const split = code === 413 ? 'too_large' : 'invalid';
  const details = { reason: `http_${code}`, split, cause: error } as const;
  return new OtelEventsError('EXPORT_FAILED', `${name} was answered ${code}`, details);
}
