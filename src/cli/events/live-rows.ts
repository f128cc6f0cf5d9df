import { setTimeout } from 'node:timers/promises';
import { OtelEventsError } from '../../errors.ts';
import type { Row } from '../../viewer/store/event-store.ts';
import { askViewer, type ViewerAddress } from './viewer-url.ts';

/** What comes of a viewer as it happens. */
export type Live = { readonly rows: readonly Row[] } | { readonly skipped: number; readonly gone: number };

const AGAIN_MS = 1000;

/**
 * Rows as a viewer stores them, for as long as nobody stops it: where the connection is lost, it goes on behind the last row.
 * @throws OtelEventsError `STORE_FAILED` if there is no viewer to begin with, `OPTION_INVALID` if it wants another token
 */
export async function* liveRows(
  viewer: ViewerAddress,
  query: string,
  signal: AbortSignal,
): AsyncGenerator<Live> {
  let lastId: string | undefined;
  let hasBegun = false;
  while (!signal.aborted) {
    try {
      const headers = {
        accept: 'text/event-stream',
        ...(lastId !== undefined && { 'last-event-id': lastId }),
      };
      const { body } = await askViewer(viewer, '/api/live', [['q', query]], { headers, signal });
      hasBegun = true;
      for await (const { id, event, data } of messagesIn(body as ReadableStream<Uint8Array>)) {
        if (id !== undefined) lastId = id;
        if (event === 'rows') yield { rows: JSON.parse(data) as Row[] };
        if (event !== 'skipped') continue;
        const { count, gone = 0 } = JSON.parse(data) as { readonly count: number; readonly gone?: number };
        yield { skipped: count, gone };
      }
    } catch (error) {
      if (signal.aborted) return;
      // One that was started again may have another token: asking again would never end.
      const isRefused = error instanceof OtelEventsError && error.code === 'OPTION_INVALID';
      if (!hasBegun || isRefused) throw error;
    }
    await setTimeout(AGAIN_MS, undefined, { signal }).catch(() => {});
  }
}

interface Message {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** @see HTML, "Server-sent events" */
async function* messagesIn(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const parts = `${rest}${text}`.split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield toMessage(part);
  }
}

function toMessage(text: string): Message {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}\n${value}`);
  }
  return { id: fields.get('id'), event: fields.get('event') ?? 'message', data: fields.get('data') ?? '' };
}
