// What stands at the far end: a server that takes OTLP as JSON.
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';

/** A batch of log records in OTLP/JSON: the body of a request. */
interface OtlpLogs {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly { readonly logRecords: readonly object[] }[];
  }[];
}

/** Calls `onRecord` for every log record that comes in, and takes spans too. */
export function createEndpoint(onRecord: () => void): Server {
  return createServer(async (request, response) => {
    const body = await json(request);
    if (request.url === '/v1/logs') for (const _ of recordsOf(body as OtlpLogs)) onRecord();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
}

function recordsOf({ resourceLogs }: OtlpLogs): object[] {
  return resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
}
