import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { isPrivateAddress } from '../../src/schema/read/is-private-address.ts';
import { SchemaRegistry } from '../../src/schema/registry.ts';
import { type Answer, httpSink } from '../harness/http-sink.ts';

const SCHEMA = '$id: https://example.com/order\nversion: 1\n';
const LOCAL = { allowPrivate: true };

async function serve(t: TestContext, answer: Answer): Promise<string> {
  const sink = await httpSink(answer);
  t.after(() => sink.close());
  return `${sink.url}/order.yaml?token=planted`;
}

const fetched = (url: string, options: object = LOCAL) => new SchemaRegistry().registerUrl(url, options);

const redirectTo = (location: string) => (_: unknown, response: ServerResponse) =>
  response.writeHead(302, { location }).end();

test('a schema is fetched and registered', async (t) => {
  const url = await serve(t, (_, response) => response.end(SCHEMA));
  assert.equal((await fetched(url)).id, 'https://example.com/order');
  const moved = await serve(t, redirectTo(url));
  assert.equal((await fetched(moved)).id, 'https://example.com/order');
});

test('a private address is refused, by name, by number, and behind a redirect', async (t) => {
  const url = await serve(t, (_, response) => response.end(SCHEMA));
  const { port } = new URL(url);
  const hosts = [
    '127.0.0.1',
    'localhost',
    '[::1]',
    '0x7f.1',
    '2130706433',
    '[::ffff:127.0.0.1]',
    '169.254.169.254',
  ];
  for (const host of hosts) {
    const refused = { code: 'SCHEMA_INVALID', message: /private address/ };
    await assert.rejects(fetched(`http://${host}:${port}/`, {}), refused, host);
  }
});

test('private and public addresses are told apart', () => {
  const local = ['10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', '0.0.0.0', '224.0.0.1', '::', '::1'];
  const more = [
    'fe80::1%eth0',
    'fd00::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '255.255.255.255',
  ];
  for (const address of [...local, ...more]) assert.ok(isPrivateAddress(address), address);
  for (const address of ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111']) {
    assert.equal(isPrivateAddress(address), false, address);
  }
});

test('what is too large ends before it is read, whatever it says of its length', async (t) => {
  const message = /larger than 1048576 bytes/;
  const said = await serve(t, (_, response) => response.writeHead(200, { 'content-length': 1e9 }).write('x'));
  await assert.rejects(fetched(said), { code: 'SCHEMA_INVALID', message });
  const endless = await serve(t, (_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(100_000)));
    };
    response.on('drain', more);
    more();
  });
  await assert.rejects(fetched(endless), { code: 'SCHEMA_INVALID', message });
});

test('an answer that is shorter than it says is not taken', async (t) => {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n${SCHEMA}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as { port: number };
  const message = /ended before it was complete/;
  await assert.rejects(fetched(`http://127.0.0.1:${port}/`), { code: 'SCHEMA_INVALID', message });
});

test('a server that hangs is given up, before its head and within its body', async (t) => {
  const silent = await serve(t, () => {});
  const slow = await serve(t, (_, response) => response.write('$id: a'));
  for (const url of [silent, slow]) {
    const message = /took more than 200 ms/;
    await assert.rejects(fetched(url, { ...LOCAL, timeoutMs: 200 }), { code: 'SCHEMA_INVALID', message });
  }
});

test('what else goes wrong is said without what may be secret in the URL', async (t) => {
  const gone = await serve(t, (_, response) => response.writeHead(404).end());
  const round = await serve(t, redirectTo('/again'));
  const packed = await serve(t, (_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(),
  );
  const odd = await serve(t, redirectTo('ftp://example.com/'));
  const broken = await serve(t, (_, response) => response.end('type: {'));
  const closed = await closedPort();
  const table: [url: string, message: RegExp][] = [
    [gone, /wanted status 200, got 404/],
    [round, /redirects more than 5 times/],
    [packed, /compressed/],
    [odd, /wanted http or https, got ftp:/],
    [broken, /neither JSON nor YAML/],
    [`http://user:planted@127.0.0.1:${closed}/`, /cannot be fetched: ECONNREFUSED/],
    ['file:///etc/passwd', /wanted http or https/],
    ['order.yaml', /wanted an absolute http or https URL/],
  ];
  for (const [url, message] of table) {
    await assert.rejects(fetched(url), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'SCHEMA_INVALID');
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /planted/);
      return true;
    });
  }
});

test('limits that are none are refused', async () => {
  for (const options of [{ timeoutMs: 0 }, { timeoutMs: Number.NaN }, { maxBytes: -1 }, { timeoutMs: '1' }]) {
    await assert.rejects(fetched('http://127.0.0.1/', options), { code: 'OPTION_INVALID' });
  }
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('the server is left when the schema is refused', async (t) => {
  let socket: Socket | undefined;
  const url = await serve(t, (_, response) => {
    socket = response.socket as Socket;
    response.writeHead(200, { 'content-length': 1e9 }).write('x');
  });
  await assert.rejects(fetched(url));
  if (!socket?.destroyed) await new Promise((resolve) => socket?.on('close', resolve));
});
