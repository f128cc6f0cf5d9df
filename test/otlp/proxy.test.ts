import assert from 'node:assert/strict';
import { Agent, createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { httpExporter } from '../../src/exporters/http.ts';
import { EventLogger } from '../../src/index.ts';
import { DurableLogRecordProcessor } from '../../src/otel/index.ts';
import { httpSink } from '../harness/http-sink.ts';
import { runNode } from '../harness/run-node.ts';

const src = pathToFileURL(path.join(import.meta.dirname, '../../src')).href;

/** An app that sends one event over OTLP and one to an own exporter, and ends. */
const app = (url: string): string => `
  import { EventLogger } from '${src}/index.ts';
  import { httpExporter } from '${src}/exporters/http.ts';
  const events = new EventLogger({
    endpoint: '${url}',
    exporters: [httpExporter({ url: '${url}/events' })],
    onError: ({ message }) => console.log(message),
    logLevel: 'none',
  });
  events.log('x');
  await events.close({ timeoutMs: 2000 });
`;

/** A proxy that answers by itself, and notes what it was asked for; it opens no tunnel. */
async function proxy(t: TestContext): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => response.end());
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const byName = (list: readonly string[]): string[] => [...new Set(list)].sort();

for (const [how, env, args] of [
  ['NODE_USE_ENV_PROXY', { NODE_USE_ENV_PROXY: '1' }, []],
  ['--use-env-proxy', {}, ['--use-env-proxy']],
] as const) {
  test(`with ${how} events go through HTTP_PROXY, and https through a tunnel of HTTPS_PROXY`, async (t) => {
    const { url, asked } = await proxy(t);
    const proxies = { ...env, HTTP_PROXY: url, HTTPS_PROXY: url };
    const options = { env: proxies, args: [...args], timeoutMs: 20_000 };
    const { code, stdout } = await runNode(app('http://collector.example:4318'), options);
    assert.deepEqual([code, stdout], [0, '']);
    assert.deepEqual(byName(asked), [
      'POST http://collector.example:4318/events',
      'POST http://collector.example:4318/v1/logs',
    ]);
    asked.length = 0;
    await runNode(app('https://collector.example:4318'), options);
    assert.deepEqual(byName(asked), ['CONNECT collector.example:4318']);
  });
}

test('an agent of the app opens the connections of OTLP and of httpExporter, and is not closed', async (t) => {
  await using sink = await httpSink();
  const { port } = new URL(sink.url);
  class Through extends Agent {
    opened = 0;
    isDestroyed = false;
    override createConnection(): Socket {
      this.opened++;
      return connect(Number(port), '127.0.0.1');
    }
    override destroy(): void {
      this.isDestroyed = true;
      super.destroy();
    }
  }
  const agent = new Through({ keepAlive: true });
  const endpoint = 'http://collector.example:4318';
  const exporters = [httpExporter({ url: `${endpoint}/events`, agent })];
  const events = new EventLogger({ delivery: 'durable', endpoint, agent, exporters, logLevel: 'none' });
  events.log('x');
  await events.close({ timeoutMs: 5000 });
  assert.deepEqual(byName(sink.requests.map((request) => request.path)), ['/events', '/v1/logs']);
  assert.deepEqual([agent.opened > 0, agent.isDestroyed], [true, false]);
  agent.destroy();
  const notOne = {} as Agent;
  for (const make of [
    () => httpExporter({ url: endpoint, agent: notOne }),
    () => new EventLogger({ agent: notOne }),
  ]) {
    assert.throws(make, {
      code: 'OPTION_INVALID',
      message: /agent.*wanted an agent of node:http or node:https/,
    });
  }
  t.diagnostic(`${agent.opened} connections`);
});

test("with delivery 'sdk', and for the durable processors, the agent of the app opens the connections too", async () => {
  await using sink = await httpSink();
  const { port } = new URL(sink.url);
  class Through extends Agent {
    opened = 0;
    isDestroyed = false;
    override createConnection(): Socket {
      this.opened++;
      return connect(Number(port), '127.0.0.1');
    }
    override destroy(): void {
      this.isDestroyed = true;
      super.destroy();
    }
  }
  const endpoint = 'http://collector.example:4318';
  const uses: readonly ((agent: Agent) => Promise<unknown>)[] = [
    async (agent) => {
      const events = new EventLogger({ delivery: 'sdk', endpoint, agent, logLevel: 'none' });
      events.log('x');
      assert.deepEqual(await events.close(), { acked: 1, pending: 0, rejected: 0, dropped: 0 });
    },
    async (agent) => {
      const processor = new DurableLogRecordProcessor({ endpoint, agent, onError: assert.ifError });
      const provider = new LoggerProvider({ processors: [processor] });
      provider.getLogger('app').emit({ body: 'x' });
      await provider.shutdown();
      assert.equal(processor.stats().total.acked, 1);
    },
  ];
  for (const use of uses) {
    const agent = new Through({ keepAlive: true });
    await use(agent);
    assert.deepEqual([agent.opened > 0, agent.isDestroyed], [true, false]);
    agent.destroy();
  }
  assert.throws(() => new DurableLogRecordProcessor({ agent: {} as Agent }), { code: 'OPTION_INVALID' });
});

test('NO_PROXY is obeyed, and so is that nobody asked for proxies', async (t) => {
  const { url, asked } = await proxy(t);
  await using sink = await httpSink();
  for (const env of [{ NODE_USE_ENV_PROXY: '1', NO_PROXY: '127.0.0.1' }, {}]) {
    const { code, stdout } = await runNode(app(sink.url), {
      env: { ...env, HTTP_PROXY: url },
      timeoutMs: 20_000,
    });
    assert.deepEqual([code, stdout], [0, '']);
  }
  assert.deepEqual([asked, sink.requests.length], [[], 4]);
});
