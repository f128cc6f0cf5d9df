/**
 * A stand-in for Loki: what https://grafana.com/docs/loki/latest/reference/loki-http-api/ says of `query_range` and of OTLP, and
 * no more. It keeps what comes, as one entry for each time, id and line of a stream, and knows the two queries that are asked
 * here. Whether the real one answers so, test/services/reconcile.test.ts tries where there is one.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { recordsOf } from '../../../src/otlp/event/records-of.ts';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';

interface Entry {
  readonly time: bigint;
  readonly stream: Readonly<Record<string, string>>;
  readonly line: string;
}

export interface LokiStandIn {
  readonly url: string;
  readonly entries: Entry[];
  /** The limits that were asked for, each time. */
  readonly asked: string[];
}

/** @param maxEntries - `max_entries_limit_per_query`: a question for more gets 400 */
export async function startLokiStandIn(t: TestContext, maxEntries = 5_000): Promise<LokiStandIn> {
  const entries: Entry[] = [];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://localhost');
      if (url.pathname === '/otlp/v1/logs') {
        const body = Buffer.concat(chunks);
        const isPacked = request.headers['content-encoding'] === 'gzip';
        const isJson = request.headers['content-type'] === 'application/json';
        keep(entries, isPacked ? gunzipSync(body) : body, isJson ? 'json' : 'protobuf');
        response.writeHead(204).end();
      } else if (url.pathname === '/loki/api/v1/query_range') {
        asked.push(url.searchParams.get('limit') ?? '');
        answer(entries, url.searchParams, maxEntries, response);
      } else response.writeHead(404).end('404 page not found');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, entries, asked };
}

function keep(entries: Entry[], body: Buffer, encoding: 'json' | 'protobuf'): void {
  for (const record of recordsOf(OtlpRequest.read('logs', encoding, body))) {
    const { attributes, resource, eventName = '', timeUnixNano } = record;
    const uid = attributes['log.record.uid'];
    entries.push({
      time: BigInt(timeUnixNano),
      stream: {
        service_name: String(resource.attributes['service.name']),
        event_name: eventName,
        ...(uid !== undefined && { log_record_uid: String(uid) }),
      },
      line: eventName,
    });
  }
}

function answer(
  entries: readonly Entry[],
  params: URLSearchParams,
  max: number,
  response: ServerResponse,
): void {
  const [query = '', limit] = [params.get('query') ?? '', Number(params.get('limit'))];
  if (limit > max) {
    response
      .writeHead(400)
      .end(`max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${max})`);
    return;
  }
  const [, ids] = /^\{service_name=~"\.\+"\}(?: \| log_record_uid=~"(.*)")?$/.exec(query) ?? [
    '',
    'not asked like this',
  ];
  const pattern = ids === undefined ? undefined : new RegExp(`^(?:${JSON.parse(`"${ids}"`)})$`);
  const [start, end] = [BigInt(params.get('start') ?? 0), BigInt(params.get('end') ?? 0)];
  const found = entries
    .filter(
      ({ time, stream }) =>
        time >= start && time < end && pattern?.test(stream.log_record_uid ?? '') !== false,
    )
    .sort((one, other) => (one.time < other.time ? -1 : 1))
    .slice(0, limit);
  const result = found.map(({ time, stream, line }) => ({ stream, values: [[String(time), line]] }));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ status: 'success', data: { resultType: 'streams', result } }));
}
