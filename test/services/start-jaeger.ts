import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { serviceBinary } from './require-service.ts';
import { type Server, startServer } from './start-server.ts';

export interface JaegerOptions {
  /** Where it runs; made if missing. */
  readonly dir: string;
  /** Default `jaeger.yaml` beside this file, which keeps spans in memory. */
  readonly config?: string;
  /** YAML over the configuration. */
  readonly yaml?: string;
  /** The ports of an earlier one, to come back on them after a crash. Default: free ones. */
  readonly ports?: JaegerPorts;
}

/** Ports of 127.0.0.1: OTLP over HTTP and gRPC, the API over HTTP and gRPC, health. */
export type JaegerPorts = readonly [
  http: number,
  grpc: number,
  query: number,
  queryGrpc: number,
  health: number,
];

export interface Jaeger extends Server {
  readonly ports: JaegerPorts;
  /** Base URL of the OTLP receiver over HTTP; `/v1/traces` goes behind it. */
  readonly endpoint: string;
  /** `host:port` of the OTLP receiver over gRPC. */
  readonly grpcEndpoint: string;
  /** Base URL of the page and of the API. */
  readonly queryEndpoint: string;
  /** The names of the services that have sent spans. */
  services(): Promise<readonly string[]>;
  /** All spans of a trace; waits until there are at least `minSpans` (default 1), then rejects. */
  findTrace(traceId: string, options?: FindTraceOptions): Promise<readonly JaegerSpan[]>;
}

export interface FindTraceOptions {
  readonly minSpans?: number;
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

/** A span in OTLP/JSON, with the attributes of its resource. */
export interface JaegerSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly JaegerAttribute[];
  readonly events?: readonly { readonly name: string; readonly attributes?: readonly JaegerAttribute[] }[];
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly resourceAttributes: readonly JaegerAttribute[];
}

/** `value` is an OTLP/JSON AnyValue, such as `{ stringValue: 'shop' }`. */
export interface JaegerAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface TracesData {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly JaegerAttribute[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly Omit<JaegerSpan, 'resourceAttributes'>[] }[];
  }[];
}

const POLL_INTERVAL_MS = 100;

/** Starts the real Jaeger v2 on free ports of 127.0.0.1. */
export async function startJaeger(options: JaegerOptions): Promise<Jaeger> {
  const command = serviceBinary('jaeger');
  const { dir, yaml, config = path.join(import.meta.dirname, 'jaeger.yaml') } = options;
  await mkdir(dir, { recursive: true });
  const { ports = await freePorts() } = options;
  const [http, grpc, query, queryGrpc, health] = ports;
  const server = await startServer({
    name: 'jaeger',
    command,
    args: [`--config=${path.resolve(config)}`, ...(yaml === undefined ? [] : [`--config=yaml:${yaml}`])],
    cwd: dir,
    env: {
      JAEGER_LISTEN_HOST: '127.0.0.1',
      JAEGER_OTLP_HTTP_PORT: String(http),
      JAEGER_OTLP_GRPC_PORT: String(grpc),
      JAEGER_QUERY_PORT: String(query),
      JAEGER_QUERY_GRPC_PORT: String(queryGrpc),
      JAEGER_HEALTH_PORT: String(health),
      JAEGER_DIR: path.resolve(dir),
    },
    isReady: async () => (await fetch(`http://127.0.0.1:${health}/status`)).ok,
  });
  const queryEndpoint = `http://127.0.0.1:${query}`;
  return {
    ...server,
    ports,
    endpoint: `http://127.0.0.1:${http}`,
    grpcEndpoint: `127.0.0.1:${grpc}`,
    queryEndpoint,
    services: () => services(queryEndpoint),
    findTrace: (traceId, find) => findTrace(queryEndpoint, traceId, find),
  };
}

async function freePorts(): Promise<JaegerPorts> {
  return [await freePort(), await freePort(), await freePort(), await freePort(), await freePort()];
}

async function services(queryEndpoint: string): Promise<readonly string[]> {
  const response = await fetch(`${queryEndpoint}/api/v3/services`);
  return ((await response.json()) as { services?: readonly string[] }).services ?? [];
}

async function findTrace(
  queryEndpoint: string,
  traceId: string,
  { minSpans = 1, timeoutMs = 10_000 }: FindTraceOptions = {},
): Promise<readonly JaegerSpan[]> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const spans = await spansOf(queryEndpoint, traceId);
    if (spans.length >= minSpans) return spans;
    if (performance.now() > deadlineMs) {
      throw new Error(`trace ${traceId}: ${spans.length} of ${minSpans} spans within ${timeoutMs} ms`);
    }
    await delay(POLL_INTERVAL_MS);
  }
}

async function spansOf(queryEndpoint: string, traceId: string): Promise<readonly JaegerSpan[]> {
  const response = await fetch(`${queryEndpoint}/api/v3/traces/${traceId}`);
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  const { result } = (await response.json()) as { result?: TracesData };
  return (result?.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({ ...span, resourceAttributes: resource?.attributes ?? [] })),
    ),
  );
}
