import http from 'node:http';
import type { TestContext } from 'node:test';
import { call, openSession } from './grpc-call.ts';
import { logsOf, protobufOf } from './samples.ts';

/** What became of requests that were sent one after the other. */
export interface Load {
  /** The names of the records that were taken. */
  readonly taken: readonly string[];
  /** How others were answered, or why they were not. */
  readonly refused: readonly string[];
  end(): Promise<void>;
}

/** Posts a record at a time over one connection that is kept. */
export function postLoad(t: TestContext, url: string, prefix = 'http'): Load {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  return load(prefix, (name) => post(agent, url, name));
}

/** Calls a record at a time over one connection. */
export function callLoad(t: TestContext, url: string): Load {
  const session = openSession(t, url);
  return load('grpc', async (name) => {
    const { status } = await call(session, protobufOf(logsOf(name)));
    return status === '0' ? 'taken' : `grpc ${status}`;
  });
}

function load(prefix: string, send: (name: string) => Promise<string>): Load {
  const [taken, refused]: string[][] = [[], []];
  let isOver = false;
  const run = async (): Promise<void> => {
    for (let index = 0; !isOver; index++) {
      const name = `${prefix}-${index}`;
      const answer = await send(name).catch((error: Error) => error.message);
      if (answer === 'taken') taken?.push(name);
      else refused?.push(answer);
    }
  };
  const running = run();
  const end = (): Promise<void> => {
    isOver = true;
    return running;
  };
  return { taken: taken as string[], refused: refused as string[], end };
}

function post(agent: http.Agent, url: string, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf' };
    const request = http.request(`${url}/v1/logs`, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode === 200 ? 'taken' : `${response.statusCode}`));
    });
    request.once('error', reject);
    request.end(Buffer.from(protobufOf(logsOf(name))));
  });
}
