import { clearTimeout, performance, setTimeout } from '../../time.ts';
import type { Query } from '../query/query.ts';
import { queryParam } from './param.ts';
import { type StreamCall, streamRoute } from './route.ts';
import { writeTo } from './write-to.ts';

/** Rows of one message. */
const MAX_ROWS = 500;

/** Proxies and browsers end connections on which nothing comes. */
const HEARTBEAT_MS = 15_000;

/** Between two answers, so that commits that come quickly are told together; one that comes after a while is told at once. */
const PAUSE_MS = 25;

/** Rows as they are stored. Nothing is held for a client: one that reads slowly asks later, and may miss some. */
export const LIVE_ROUTE = streamRoute({
  path: '/api/live',
  summary: 'Rows that fit a query, as they are stored (Server-Sent Events `hello`, `rows`, `skipped`)',
  params: { q: queryParam('which rows; all without it') },
  types: ['text/event-stream'],
  stream: ({ q }, call) => follow(q, call),
});

async function follow(query: Query, call: StreamCall): Promise<void> {
  const { store, signal, request, response } = call;
  const commits = new Commits(call);
  const resumed = placeOf(request.headers['last-event-id']);
  let answer = await store.newRows(query, {
    from: resumed,
    limit: MAX_ROWS,
  });
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  // With the place, so that a connection that is lost before the first row goes on from here as well.
  const hello = `event: hello\ndata: {"nowMs":${Date.now()}}\n\n`;
  await writeTo(response, resumed ? hello : `id: ${answer.next}\n${hello}`, signal);
  let asked: string | undefined;
  for (;;) {
    const { rows, skipped, gone, next } = answer;
    if (skipped + gone > 0) {
      const data = JSON.stringify({ count: skipped, ...(gone > 0 && { gone }) });
      await writeTo(response, `event: skipped\ndata: ${data}\n\n`, signal);
    }
    const message = `event: rows\nid: ${next}\ndata: ${JSON.stringify(rows)}\n\n`;
    if (rows.length > 0) await writeTo(response, message, signal);
    // The end was reached: nothing came behind the place that was asked for.
    const isAtEnd = next === asked;
    while (isAtEnd && !(await commits.next(HEARTBEAT_MS))) await writeTo(response, ': heartbeat\n\n', signal);
    asked = next;
    answer = await store.newRows(query, { from: asked, limit: MAX_ROWS });
  }
}

/** A browser sends back what it was sent; anything else begins anew. */
function placeOf(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? header : undefined;
}

/** Commits, as one who waits for them sees them: none is missed between two waits. */
class Commits {
  readonly #signal: AbortSignal;
  #isNew = false;
  #toldMs = 0;
  #wake: (() => void) | undefined;

  constructor({ onCommit, signal }: StreamCall) {
    this.#signal = signal;
    const end = onCommit(() => {
      this.#isNew = true;
      this.#wake?.();
    });
    signal.addEventListener('abort', () => {
      end();
      this.#wake?.();
    });
  }

  /** @returns false when there was none for so long */
  async next(timeoutMs: number): Promise<boolean> {
    if (!this.#isNew) await this.#pause(timeoutMs, true);
    if (!this.#isNew) this.#signal.throwIfAborted();
    else await this.#pause(this.#toldMs + PAUSE_MS - performance.now(), false);
    this.#toldMs = performance.now();
    const wasNew = this.#isNew;
    this.#isNew = false;
    return wasNew;
  }

  async #pause(ms: number, wakes: boolean): Promise<void> {
    if (ms <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      if (!wakes) return;
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
