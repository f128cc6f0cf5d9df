/** The routes of the viewer's API that the commands ask, over a store: what the viewer answers, in fewer words. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { storeSource } from '../../../src/cli/events/store-source.ts';
import { readDuration } from '../../../src/viewer/query/read-time.ts';
import type { EventStore, Row, Stat } from '../../../src/viewer/store/event-store.ts';

export interface ContractServer {
  readonly url: string;
  /** Clients of the live stream, with the id that they came with. */
  readonly live: { readonly response: ServerResponse; readonly lastId: string | undefined }[];
}

export async function contractServer(t: TestContext, store: EventStore): Promise<ContractServer> {
  const source = storeSource(store, async () => {});
  const live: ContractServer['live'] = [];
  const server = createServer(async ({ url = '', headers }, response) => {
    const { pathname, searchParams: params } = new URL(url, 'http://localhost');
    const q = params.get('q') ?? '';
    const text = (name: string): string | undefined => params.get(name) ?? undefined;
    if (pathname === '/api/live') {
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .write('event: hello\ndata: {"nowMs":1}\n\n');
      live.push({ response, lastId: headers['last-event-id'] as string | undefined });
      return;
    }
    try {
      response.end(JSON.stringify(await answer(pathname)));
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      response.writeHead(400).end(JSON.stringify({ error: { code, message } }));
    }

    async function answer(path: string): Promise<object> {
      const ms = (name: string): number | undefined => readDuration(text(name) ?? '');
      if (path === '/api/status') return source.status();
      if (path === '/api/events') {
        const order = text('order') as 'newest' | 'oldest';
        const page = await source.page(q, { limit: Number(text('limit')), order, cursor: text('cursor') });
        return { ...page, next: page.next ?? null };
      }
      if (path === '/api/groups') {
        const stats = params.getAll('stat').map((stat) => {
          const [name, field = ''] = stat.split(':');
          return { stat: name as Stat, field };
        });
        const top = text('top') === undefined ? undefined : Number(text('top'));
        const { value, ...rest } = await source.group(q, { by: text('by'), stats, overMs: ms('over'), top });
        // As if time had been up.
        const cut = { complete: false, scanned: { ...rest.scanned, rows: rest.scanned.rows - 1 } };
        return { groups: value, ...rest, ...(text('by') === 'kind' ? cut : {}) };
      }
      const funnel = {
        steps: params.getAll('step'),
        by: text('by') ?? '',
        withinMs: ms('within') ?? 0,
        split: text('split'),
      };
      const { value, ...rest } = await source.funnel(q, funnel);
      return { ...value, ...rest };
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, live };
}

export function rowsMessage(id: string, rows: readonly Row[]): string {
  return `id: ${id}\nevent: rows\ndata: ${JSON.stringify(rows)}\n\n`;
}
