import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:http2';
import { frameOf } from '../../src/otlp/grpc/frame.ts';
import { EXPORT_PATHS } from '../../src/otlp/grpc/services.ts';
import type { Signal } from '../../src/otlp/wire/batch.ts';

/** Sends one request; resolves when it has been taken. */
export interface Caller {
  readonly call: () => Promise<void>;
  readonly close: () => void;
}

/** Over one connection of HTTP/2, by hand: the cost of a client does not matter here. */
export function grpcCaller(url: string, body: Buffer, gzip: boolean, signal: Signal = 'logs'): Caller {
  const session = connect(url);
  const frame = frameOf(body, gzip);
  const headers = {
    ':method': 'POST',
    ':path': EXPORT_PATHS[signal],
    'content-type': 'application/grpc',
    te: 'trailers',
    ...(gzip && { 'grpc-encoding': 'gzip' }),
  };
  const call = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const stream = session.request(headers);
      let status: unknown = 'none';
      stream.on('trailers', (trailers) => {
        status = trailers['grpc-status'];
      });
      stream.on('end', () => (status === '0' ? resolve() : reject(new Error(`status ${status}`))));
      stream.on('error', reject).resume().end(frame);
    });
  return { call, close: () => session.destroy() };
}

export function httpCaller(url: string, body: Buffer, gzip: boolean): Caller {
  const agent = new Agent({ keepAlive: true });
  const headers = {
    'content-type': 'application/x-protobuf',
    'content-length': body.length,
    ...(gzip && { 'content-encoding': 'gzip' }),
  };
  const call = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(`${url}/v1/logs`, { method: 'POST', agent, headers }, (answer) => {
        const isTaken = answer.statusCode === 200;
        answer.resume().on('end', () => (isTaken ? resolve() : reject(new Error(`${answer.statusCode}`))));
      });
      request.on('error', reject).end(body);
    });
  return { call, close: () => agent.destroy() };
}
