import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { requestContext } from '../../src/middleware/node.ts';
import { pathOf, queryOf } from '../../src/middleware/path-of.ts';
import { type RequestFields, requestFields } from '../../src/middleware/request-fields.ts';
import { cookieValue } from '../../src/serve/cookie-value.ts';
import { testLogger } from '../../src/testing.ts';
import { emitted } from './emitted.ts';

test('headers become fields', () => {
  const cases: [header: string, value: string, field: keyof RequestFields, expected: string | undefined][] = [
    ['host', 'shop.example:8080', 'host', 'shop.example'],
    ['host', '[2001:db8::1]:8080', 'host', '2001:db8::1'],
    ['host', '[2001:db8::1]', 'host', '2001:db8::1'],
    [':authority', 'shop.example', 'host', 'shop.example'],
    ['referer', 'https://a:b@shop.example/x@y?q#f', 'referer', 'https://shop.example/x@y'],
    ['referer', 'about:client', 'referer', 'about:client'],
    ['cookie', '_ga=GA1.2.1033501218.1368477899', 'client_id', '1033501218.1368477899'],
    ['cookie', '_ga=GA1', 'client_id', undefined],
    ['cookie', 'x_ga=GA1.2.3.4', 'client_id', undefined],
    ['user-agent', '  ', 'agent', undefined],
    ['user-agent', `\u00e4${'\ud83d\ude00'.repeat(600)}`, 'agent', `\u00e4${'\ud83d\ude00'.repeat(511)}`],
  ];
  for (const [header, value, field, expected] of cases) {
    const visit = {
      method: 'GET',
      target: '/',
      remoteAddress: undefined,
      givenRequestId: undefined,
      header: (name: string) => (name === header ? value : undefined),
      begin: () => {},
    };
    const settings = {
      address: () => undefined,
      proxyHeader: 'forwarded',
      sessionCookie: undefined,
    } as const;
    assert.equal(requestFields(visit, 'id', settings)[field], expected, `${header}: ${value.slice(0, 40)}`);
  }
});

test('cookies are found by their whole name, wherever they stand', () => {
  const cases: [header: string, value: string | undefined][] = [
    ['sid=1', '1'],
    ['a=sid=2; sid=1', '1'],
    ['xsid=2;sid=1;sid=3', '1'],
    ['sid="1"; a=b', '1'],
    ['a=b;   sid= 1 ', '1'],
    ['sid=', ''],
    ['sid', undefined],
    ['a=b', undefined],
  ];
  for (const [header, value] of cases) assert.equal(cookieValue(header, 'sid'), value, header);
});

test('a path is a path, whatever the form of the target', () => {
  const cases: [target: string, path: string, query: string | undefined][] = [
    ['/a/b?c=d#e', '/a/b', 'c=d'],
    ['/a?b?c', '/a', 'b?c'],
    ['http://me:pw@shop.example/a?b', '/a', 'b'],
    ['http://shop.example?x=/y', '/', 'x=/y'],
    ['//a/b', '//a/b', undefined],
    ['*', '*', undefined],
  ];
  for (const [target, path, query] of cases) {
    assert.equal(pathOf(target), path);
    assert.equal(queryOf(target), query);
  }
});

test('HTTP/2: the context, the request id on the answer, and an event at its end', async () => {
  const events = testLogger();
  const inContext = requestContext({ events, requestEvents: true });
  const server = createServer((request, response) =>
    inContext(request as never, response as never, () => {
      request.resume().on('end', () => {
        events.log('read');
        response.end();
      });
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const client = connect(`http://localhost:${(server.address() as AddressInfo).port}`);
  const stream = client.request({ ':path': '/a?b', ':method': 'POST', 'x-request-id': 'two' });
  const answer = once(stream, 'response');
  stream.end('body').resume();
  const [headers] = await answer;
  const [read, ended] = await emitted(events, 2);
  client.close();
  server.close();
  assert.equal(headers['x-request-id'], 'two');
  assert.equal(read?.context.host, 'localhost');
  assert.equal(read?.context.path, '/a');
  assert.equal(ended?.context.request_id, 'two');
  assert.equal(ended?.data['http.response.status_code'], 200);
});
