import assert from 'node:assert/strict';
import { Agent, createServer as httpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { EventLogger } from '../../src/index.ts';
import { DurableLogRecordProcessor } from '../../src/otel/index.ts';

const FIX = /port 4317 is that of OTLP over gRPC, use the port of OTLP over HTTP, 4318/;
const WARNING = /^the option endpoint points at port 4317, .*use port 4318/;

/** An agent whose connections, whatever port they name, lead to the server. */
async function agentTo(t: TestContext, server: Server): Promise<Agent> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent();
  agent.createConnection = () => connect(port, '127.0.0.1');
  t.after(() => {
    agent.destroy();
    server.close();
  });
  return agent;
}

for (const [what, makeServer] of [
  ['answers 400', () => httpServer((_, response) => response.writeHead(400).end('no'))],
  ['speaks HTTP/2', () => createServer((socket) => socket.end(Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0])))],
] as const) {
  test(`an endpoint of gRPC that ${what} is told by its port, before and after the first answer`, async (t) => {
    const agent = await agentTo(t, makeServer());
    const said: string[] = [];
    const onError = ({ message }: Error): void => void said.push(message);
    const endpoint = 'http://127.0.0.1:4317';
    const events = new EventLogger({ endpoint, agent, logLevel: 'none', onError });
    events.log('a');
    await events.close({ timeoutMs: 500 });
    assert.match(said[0] ?? '', WARNING);
    assert.match(said[1] ?? '', FIX);
    assert.doesNotMatch(said.join(), /https/);
  });
}

test('durable processors warn of the port of gRPC, too', async () => {
  const said: string[] = [];
  const onError = ({ message }: Error): void => void said.push(message);
  const processor = new DurableLogRecordProcessor({ endpoint: 'http://127.0.0.1:4317', onError });
  await new LoggerProvider({ processors: [processor] }).shutdown();
  assert.match(said[0] ?? '', WARNING);
});
