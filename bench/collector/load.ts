import { connect } from 'node:net';
import type { Signal } from '../../src/otlp/wire/batch.ts';
import { type Caller, grpcCaller } from '../grpc/callers.ts';

/** What is sent, and how. */
export interface Load {
  readonly endpoint: string;
  readonly protocol?: 'http' | 'grpc' | undefined;
  readonly signal?: Signal | undefined;
  readonly contentType: string;
  readonly body: Buffer;
  readonly requests: number;
  readonly connections: number;
}

/**
 * Sends a request again and again over some connections; 503 and 429 are waited out.
 * @returns the milliseconds of each
 */
export async function send(load: Load): Promise<number[]> {
  const callers = Array.from({ length: load.connections }, () => callerOf(load));
  const times: number[] = [];
  let left = load.requests;
  const one = async ({ call }: Caller): Promise<void> => {
    while (left-- > 0) {
      const startedMs = performance.now();
      await call();
      times.push(performance.now() - startedMs);
    }
  };
  await Promise.all(callers.map(one));
  for (const { close } of callers) close();
  return times;
}

function callerOf({ endpoint, protocol = 'http', signal = 'logs', contentType, body }: Load): Caller {
  if (protocol === 'grpc') return grpcCaller(endpoint, body, false, signal);
  return rawCaller(new URL(`/v1/${signal}`, endpoint), contentType, body);
}

/**
 * Over a socket, with bytes that are made once: a client of Node.js takes more CPU than what is measured where
 * requests are small.
 */
function rawCaller({ hostname, port, host, pathname }: URL, contentType: string, body: Buffer): Caller {
  const socket = connect(Number(port), hostname).setNoDelay().setEncoding('latin1');
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: ${contentType}\r\n`;
  const message = Buffer.concat([Buffer.from(`${head}content-length: ${body.length}\r\n\r\n`), body]);
  let got = '';
  let answer: { readonly resolve: (status: number) => void; readonly reject: (error: Error) => void };
  socket.on('data', (piece: string) => {
    got += piece;
    const end = got.indexOf('\r\n\r\n');
    if (end < 0 || got.length < end + 4 + lengthIn(got)) return;
    const status = Number(got.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
    got = '';
    answer.resolve(status);
  });
  socket.on('error', (error) => answer.reject(error));
  const post = (): Promise<number> =>
    new Promise((resolve, reject) => {
      answer = { resolve, reject };
      socket.write(message);
    });
  const call = async (): Promise<void> => {
    let status = await post();
    for (; status === 503 || status === 429; status = await post()) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (status !== 200) throw new Error(`answered ${status}`);
  };
  return { call, close: () => socket.destroy() };
}

function lengthIn(head: string): number {
  return Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
}
