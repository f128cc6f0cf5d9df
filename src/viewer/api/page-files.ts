import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { acceptsGzip } from '../../serve/accepts-gzip.ts';
import { Refusal } from '../../serve/refusal.ts';

interface PageFile {
  readonly bytes: Buffer;
  readonly type: string;
  readonly etag: string;
  /** Made when somebody asks for it. */
  packed?: PageFile;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Where the build puts it; sources and the package lie equally deep. */
const DIRECTORY = fileURLToPath(new URL('../../../dist/viewer-page/', import.meta.url));

/** The files of the page, from memory: there are few, and no path of a request is one of a file. */
export class PageFiles {
  readonly #files = new Map<string, PageFile>();

  constructor(directory: string = DIRECTORY) {
    for (const name of namesIn(directory)) {
      const type = TYPES[path.extname(name)];
      if (type === undefined) continue;
      const bytes = readFileSync(path.join(directory, name));
      const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
      this.#files.set(`/${name}`, { bytes, type, etag });
    }
  }

  /** Every path that is no file is one of the page's own: it shows what its address says. @throws Refusal 503 */
  send(pathname: string, request: IncomingMessage, response: ServerResponse): void {
    const file = this.#files.get(pathname) ?? this.#files.get('/index.html');
    if (file === undefined) throw new Refusal(503, 'the page is not built: npm run build; /api/ answers');
    // Beyond this machine it is a third of the way.
    const isPacked = acceptsGzip(request.headers['accept-encoding']);
    const { bytes, type, etag } = isPacked ? packed(file) : file;
    // Asked about each time, and sent again when it is another one only: a newer viewer has a newer page.
    response.setHeader('cache-control', 'no-cache');
    response.setHeader('etag', etag);
    response.setHeader('vary', 'accept-encoding');
    if (isPacked) response.setHeader('content-encoding', 'gzip');
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    response.writeHead(200, { 'content-type': type, 'content-length': bytes.length });
    response.end(bytes);
  }
}

/** The same in other bytes, so with another tag; made once. */
function packed(file: PageFile): PageFile {
  const { bytes, type, etag } = file;
  file.packed ??= { bytes: gzipSync(bytes), type, etag: etag.replace(/"$/, '-gzip"') };
  return file.packed;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
