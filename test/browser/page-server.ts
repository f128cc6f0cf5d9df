/** The viewer's page and the answers of its API on a port of this machine, for tests of the page. */

import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { OtelEventsError } from '../../src/errors.ts';
import type { PlainViewer } from './plain-viewer.ts';

/** What the viewer sends with its page; the page has to live with it. */
const SECURITY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startPageServer(viewer: PlainViewer, directory: string): Promise<PageServer> {
  const server = createServer(({ url = '/', method }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    response.setHeader('content-security-policy', SECURITY);
    response.setHeader('x-content-type-options', 'nosniff');
    if (method !== 'GET') return void response.writeHead(405).end();
    if (pathname === '/api/live') return serveLive(viewer, searchParams.get('q') ?? '', response);
    if (pathname.startsWith('/api/')) return serveAnswer(viewer, pathname.slice(5), searchParams, response);
    const extension = path.extname(pathname);
    const file = TYPES[extension] === undefined ? 'index.html' : path.basename(pathname);
    response.setHeader('content-type', TYPES[path.extname(file)] ?? 'text/plain');
    response.end(readFileSync(path.join(directory, file)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function serveAnswer(
  viewer: PlainViewer,
  what: string,
  params: URLSearchParams,
  response: ServerResponse,
): void {
  try {
    const answer = viewer.answer(what, params);
    if (answer === undefined)
      sendJson(response, 404, { error: { code: 'NOT_FOUND', message: 'there is no such thing' } });
    else sendJson(response, 200, answer);
  } catch (error) {
    if (!(error instanceof OtelEventsError)) throw error;
    const at = Number(/^at character (\d+)/.exec(error.message)?.[1] ?? 1) - 1;
    sendJson(response, 400, { error: { code: error.code, message: error.message, at } });
  }
}

function serveLive(viewer: PlainViewer, query: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(`event: hello\ndata: {"nowMs":${Date.now()}}\n\n`);
  const stop = viewer.watch(query, (rows) => {
    response.write(`event: rows\nid: ${rows.at(-1)?.id}\ndata: ${JSON.stringify(rows)}\n\n`);
  });
  response.on('close', stop);
}

function sendJson(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer));
}
