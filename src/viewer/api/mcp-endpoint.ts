import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyBudget } from '../../serve/body-budget.ts';
import { readBody } from '../../serve/read-body.ts';
import { Refusal } from '../../serve/refusal.ts';
import { answerMessage } from '../mcp/answer-message.ts';
import { isModern } from '../mcp/protocol-version.ts';
import { type RpcMessage, readMessage } from '../mcp/read-message.ts';
import { RPC, RpcError } from '../mcp/rpc-error.ts';
import type { Asked } from '../mcp/tools.ts';

export const MCP_PATH = '/mcp';

const MAX_BODY_BYTES = 64 * 1024;
const MAX_BODIES_BYTES = 4 * 1024 * 1024;

interface McpOptions {
  readonly version: string;
  /** The store as one client sees it: what it asked is not worked on when it hangs up. */
  readonly questions: (signal: AbortSignal) => Asked;
}

/**
 * Answers agents: each POST is one message of the Model Context Protocol, and its answer JSON. Nothing is kept between two.
 * @see Model Context Protocol 2026-07-28, "Streamable HTTP"; clients of 2025-11-25 and before are answered too
 */
export class McpEndpoint {
  readonly #options: McpOptions;
  readonly #budget = new BodyBudget(MAX_BODIES_BYTES);

  constructor(options: McpOptions) {
    this.#options = options;
  }

  /** @param onFault - told of what is no fault of the caller's @throws Refusal of what is no message */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    onFault: (error: unknown) => void,
  ): Promise<void> {
    if (request.method !== 'POST') throw new Refusal(405, 'messages are sent with POST', { allow: 'POST' });
    // A page elsewhere can send other types without being asked whether it may.
    if (!/^application\/json *(?:;|$)/i.test(request.headers['content-type'] ?? ''))
      throw new Refusal(415, 'content-type: application/json is wanted');
    const body = await this.#read(request);
    let message: RpcMessage | undefined;
    try {
      message = readMessage(body);
      if (message?.id === undefined) {
        response.writeHead(202).end();
        return;
      }
      const result = await this.#result(message, request, response);
      send(response, 200, { jsonrpc: '2.0', id: message.id, result });
    } catch (error) {
      if (error instanceof Refusal) throw error;
      const known = error instanceof RpcError ? error : internal();
      if (known !== error && !response.destroyed) onFault(error);
      const { code, message: text, data, status } = known;
      const told = { code, message: text, ...(data !== undefined && { data }) };
      send(response, status, { jsonrpc: '2.0', id: message?.id ?? null, error: told });
    }
  }

  async #read(request: IncomingMessage): Promise<string> {
    const lease = this.#budget.lease();
    try {
      return (await readBody(request, { maxBytes: MAX_BODY_BYTES, lease, encodings: [] })).toString('utf8');
    } finally {
      lease.release();
    }
  }

  #result(message: RpcMessage, request: IncomingMessage, response: ServerResponse): Promise<object> {
    const hungUp = new AbortController();
    response.once('close', () => hungUp.abort());
    const { version, questions } = this.#options;
    const store = questions(hungUp.signal);
    return answerMessage(message, { store, version, isModern: isModern(message, request.headers) });
  }
}

function internal(): RpcError {
  return new RpcError(RPC.internal, 'the viewer could not answer that; its log says why', { status: 500 });
}

function send(response: ServerResponse, status: number, answer: object): void {
  if (response.destroyed) return;
  const body = JSON.stringify(answer);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(body);
}
