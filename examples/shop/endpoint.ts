// What stands at the far end of the collector's HTTP exporter: a server that takes OTLP as JSON.
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';

/** A log record in OTLP/JSON, as far as the demo reads it. */
export interface OtlpLogRecord {
  readonly timeUnixNano: string;
  readonly severityNumber: number;
  readonly eventName: string;
  readonly traceId?: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

/** A batch of log records in OTLP/JSON: the body of a request, and a line of the file. */
export interface OtlpLogs {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly { readonly logRecords: readonly OtlpLogRecord[] }[];
  }[];
}

/** Calls `onRecord` for every log record that comes in, and takes spans too. */
export function createEndpoint(onRecord: (record: OtlpLogRecord) => void): Server {
  return createServer(async (request, response) => {
    const body = await json(request);
    if (request.url === '/v1/logs') for (const record of recordsOf(body as OtlpLogs)) onRecord(record);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
}

export function recordsOf({ resourceLogs }: OtlpLogs): OtlpLogRecord[] {
  return resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
}

/** The id that `log()` returned; it is what tells one event from another. */
export function uidOf({ attributes }: OtlpLogRecord): string {
  return String(attributes.find(({ key }) => key === 'log.record.uid')?.value.stringValue);
}
