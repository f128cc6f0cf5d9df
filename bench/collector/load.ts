import { Agent, request } from 'node:http';

/** What is sent, and how. */
export interface Load {
  readonly endpoint: string;
  readonly contentType: string;
  readonly body: Buffer;
  readonly requests: number;
  readonly connections: number;
}

/** Sends a request again and again over some connections; 503 and 429 are waited out. @returns the milliseconds of each */
export async function send({ endpoint, contentType, body, requests, connections }: Load): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  let left = requests;
  const one = async (): Promise<void> => {
    while (left-- > 0) {
      const startedMs = performance.now();
      let status = await post(agent, endpoint, contentType, body);
      for (; status === 503 || status === 429; status = await post(agent, endpoint, contentType, body)) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      if (status !== 200) throw new Error(`answered ${status}`);
      times.push(performance.now() - startedMs);
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  agent.destroy();
  return times;
}

function post(agent: Agent, endpoint: string, contentType: string, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': contentType, 'content-length': body.length };
    const sent = request(`${endpoint}/v1/logs`, { agent, method: 'POST', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject).end(body);
  });
}
