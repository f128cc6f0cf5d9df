import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on loopback that speaks the streaming part of OpenAI's chat API, so that the example needs no key. */
export interface FakeModel {
  /** For `OPENAI_BASE_URL`. */
  readonly baseUrl: string;
  close(): void;
}

const PIECES = ['Four', ' legs', '.'];
const USAGE = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };

/** Answers every question with the same three pieces, 20 ms apart. */
export async function startFakeModel(): Promise<FakeModel> {
  const server = createServer(async (request, response) => {
    for await (const _ of request) {
      // The question does not matter.
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (more: object): void => {
      const chunk = { id: 'chatcmpl-1', object: 'chat.completion.chunk', model: 'fake-1-mini', ...more };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    };
    for (const content of PIECES) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      send({ choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] });
    }
    send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    send({ choices: [], usage: USAGE });
    response.end('data: [DONE]\n\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () => server.close(),
  };
}
