import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { EventLogger } from '../../src/index.ts';

test('where no collector listens on localhost:4318, the error says how to start one', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const agent = new Agent();
  // Whatever listens on 4318 here: the connection goes to a port that is free.
  agent.createConnection = () => connect(port, '127.0.0.1');
  const said: string[] = [];
  const onError = ({ message }: Error): void => void said.push(message);
  const events = new EventLogger({ endpoint: 'http://localhost:4318', agent, logLevel: 'none', onError });
  events.track('a').end();
  await events.close({ timeoutMs: 300 });
  assert.match(said[0] ?? '', /ECONNREFUSED \(npx otel-events collect starts a collector there\)$/);
  assert.equal(said.filter((line) => line.startsWith('http:')).length, 1, said.join('\n'));
});
