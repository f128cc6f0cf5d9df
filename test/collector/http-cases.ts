import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';

/** A request to the receiver of {@link CORS}, as pages, browsers and exporters send it. */
export interface HttpCase {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** `protocols.http` of the receiver that answers the cases. */
export const HTTP_SETTINGS = {
  cors: {
    allowed_origins: ['https://Shop.example', 'https://*.page.example'],
    allowed_headers: ['X-Team'],
    exposed_headers: ['X-Seen', 'x-also'],
    max_age: 600,
  },
  logs_url_path: 'in/logs?x=1',
  response_headers: { 'x-seen': 'yes' },
  max_request_body_size: 100_000,
};

const JSON_TYPE = { 'content-type': 'application/json' };
const PATH = '/in/logs';

const preflight = (headers: Record<string, string>): HttpCase => ({ method: 'OPTIONS', path: PATH, headers });
const post = (body: string | Uint8Array, headers: Record<string, string> = {}): HttpCase => ({
  method: 'POST',
  path: PATH,
  headers: { ...JSON_TYPE, ...headers },
  body,
});

const ASKS = { 'access-control-request-method': 'POST' };
const SHOP = { origin: 'https://shop.example' };

/** `{}`, as the packages of the OpenTelemetry Collector pack it. */
const SNAPPY_FRAMES = Buffer.from('/wYAAHNOYVBwWQEGAADPPddDe30=', 'base64');
const LZ4_FRAME = Buffer.from('BCJNGGRwuQIAAIB7fQAAAACJNEcY', 'base64');

/** What is asked of both engines; `null` stands for a header that is not there. */
export const HTTP_CASES: Readonly<Record<string, HttpCase>> = {
  'a preflight request of an origin that may': preflight({ ...SHOP, ...ASKS }),
  'one that asks for a header that may': preflight({
    ...SHOP,
    ...ASKS,
    'access-control-request-headers': 'x-team',
  }),
  'one that asks for a header that may not': preflight({
    ...SHOP,
    ...ASKS,
    'access-control-request-headers': 'x-other',
  }),
  'one that asks for a method that may not': preflight({ ...SHOP, 'access-control-request-method': 'PUT' }),
  'one of an origin by its wildcard': preflight({ origin: 'https://a.b.page.example', ...ASKS }),
  'one of an origin that only looks like it': preflight({ origin: 'https://page.example', ...ASKS }),
  'one of another origin': preflight({ origin: 'https://evil.example', ...ASKS }),
  'one without an origin': preflight(ASKS),
  'OPTIONS that asks for nothing': preflight(SHOP),
  'a request of an origin that may': post('{}', SHOP),
  'a request of another origin': post('{}', { origin: 'https://evil.example' }),
  'a request of no origin': post('{}'),
  'a body in gzip': post(gzipSync('{}'), { 'content-encoding': 'gzip' }),
  'a body in zlib': post(deflateSync('{}'), { 'content-encoding': 'zlib' }),
  'a body in deflate': post(deflateSync('{}'), { 'content-encoding': 'deflate' }),
  'a body in zstd': post(zstdCompressSync('{}'), { 'content-encoding': 'zstd' }),
  'a long body in zstd': post(zstdCompressSync(`{}${' '.repeat(90_000)}`), { 'content-encoding': 'zstd' }),
  'a body in snappy': post(Buffer.from([2, 1 << 2, 123, 125]), { 'content-encoding': 'snappy' }),
  'a body in framed snappy': post(SNAPPY_FRAMES, { 'content-encoding': 'x-snappy-framed' }),
  'framed snappy that says it is not': post(SNAPPY_FRAMES, { 'content-encoding': 'snappy' }),
  'a body in lz4': post(LZ4_FRAME, { 'content-encoding': 'lz4' }),
  'what is not snappy': post('{}', { 'content-encoding': 'snappy' }),
  'what is not framed snappy': post('{}', { 'content-encoding': 'x-snappy-framed' }),
  'what is not lz4': post('{}', { 'content-encoding': 'lz4' }),
  'an unknown encoding': post('{}', { 'content-encoding': 'br' }),
  'what is not zstd': post('{}', { 'content-encoding': 'zstd' }),
  'zstd that is cut short': post(zstdCompressSync(`{}${' '.repeat(90_000)}`).subarray(0, 14), {
    'content-encoding': 'zstd',
  }),
  'what is not deflate': post('{}', { 'content-encoding': 'deflate' }),
  'the path that it would have had': { ...post('{}'), path: '/v1/logs' },
  'the path with a query': { ...post('{}'), path: `${PATH}?x=2` },
};

const TOLD = [
  'vary',
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-expose-headers',
  'x-seen',
];

/** Sends a case. @returns the status and what is told to browsers, in lower case */
export async function ask(url: string, { method, path, headers, body }: HttpCase): Promise<object> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: Buffer.from(body) }),
  });
  await response.arrayBuffer();
  const told = TOLD.map((name) => [name, response.headers.get(name)?.toLowerCase()]);
  return { status: response.status, ...Object.fromEntries(told.filter(([, value]) => value !== undefined)) };
}
