/** One message of a stream of events. */
export interface SseMessage {
  readonly event: string;
  readonly data: unknown;
}

/** Opens a stream of events. */
export async function openStream(
  url: string,
  init: RequestInit = {},
): Promise<{ readonly response: Response; next(): Promise<SseMessage | undefined>; close(): Promise<void> }> {
  const aborter = new AbortController();
  const response = await fetch(url, { ...init, signal: aborter.signal });
  const messages = response.body === null ? undefined : messagesOf(response.body);
  return {
    response,
    async next() {
      return (await messages?.next())?.value ?? undefined;
    },
    async close() {
      aborter.abort();
      await messages?.next().catch(() => {});
    },
  };
}

/** Comments have the name `comment`. */
async function* messagesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<SseMessage, undefined> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      yield toMessage(text.slice(0, end));
      text = text.slice(end + 2);
    }
  }
  return undefined;
}

function toMessage(text: string): SseMessage {
  if (text.startsWith(':')) return { event: 'comment', data: text.slice(1).trim() };
  const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(text) ?? [];
  return { event, data: JSON.parse(data) };
}
