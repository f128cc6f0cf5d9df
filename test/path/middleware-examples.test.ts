// The examples of the middleware, run as they are, as somebody would use them who logs in and looks at something.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { httpSink } from '../harness/http-sink.ts';
import { logRecordsOf } from '../harness/otlp-json.ts';

const root = path.join(import.meta.dirname, '../..');

for (const example of ['express', 'fastify', 'koa', 'hono', 'node-http']) {
  test(`examples/${example}.ts: events arrive with the context and the user of their request`, async () => {
    await using sink = await httpSink();
    const child = spawn(process.execPath, [`examples/${example}.ts`], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    try {
      const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
      await visit(url);
    } finally {
      // The logger sends what is left, then the signal ends the process.
      child.kill('SIGTERM');
    }
    assert.deepEqual(await ended, [null, 'SIGTERM']);

    const records = logRecordsOf(sink.requests);
    assert.deepEqual(
      records.map(({ eventName, attributes }) => [eventName, attributes['url.path'], attributes['user.id']]),
      [
        ['user.logged_in', '/login', undefined],
        ['http.request', '/login', undefined],
        ['product.viewed', '/products/cake', 'user-ada'],
        ['http.request', '/products/cake', 'user-ada'],
      ],
    );
    const viewed = records[2]?.attributes ?? assert.fail();
    const { variant, username, agent, request_id } = viewed['event.context'] as Record<string, unknown>;
    assert.deepEqual(
      { variant, username, agent, request_id },
      {
        variant: 'b',
        username: 'ada',
        agent: 'test',
        request_id: 'from-the-caller',
      },
    );
    assert.match(String(viewed['session.id']), /^[\da-f]{32}$/);
  });
}

async function visit(url: string): Promise<void> {
  const login = await fetch(`${url}/login`, {
    method: 'POST',
    body: '{"name":"ada"}',
    headers: { 'content-type': 'application/json' },
  });
  assert.deepEqual(await login.json(), { name: 'ada' });
  const [cookie = ''] = (login.headers.get('set-cookie') ?? '').split(';');
  assert.equal(await (await fetch(`${url}/health`)).text(), 'ok');
  const headers = { cookie, 'user-agent': 'test', 'x-request-id': 'from-the-caller' };
  const product = await fetch(`${url}/products/cake`, { headers });
  assert.deepEqual(await product.json(), { sku: 'cake' });
}
