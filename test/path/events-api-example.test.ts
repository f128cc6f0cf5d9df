// The example of the routes for events, run as it is, asked as its page asks.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { httpSink } from '../harness/http-sink.ts';
import { logRecordsOf } from '../harness/otlp-json.ts';
import { openStream } from '../middleware/read-sse.ts';

const root = path.join(import.meta.dirname, '../..');
const PAGE_LEFT = 'https://shop.example/schemas/page-left';

test('examples/events-api.ts: what a page sends as it goes is recorded without personal data, and streamed', async () => {
  await using sink = await httpSink();
  const child = spawn(process.execPath, ['examples/events-api.ts'], {
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
    assert.match(await (await fetch(url)).text(), /navigator\.sendBeacon/);
    const stream = await openStream(`${url}/api/events/subscribe`);
    assert.deepEqual(await stream.next(), { event: 'comment', data: 'connected' });
    const beacon = (data: object): Promise<Response> =>
      fetch(`${url}/api/events`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain;charset=UTF-8', origin: url },
        body: JSON.stringify({ schema_id: PAGE_LEFT, version: 1, data }),
      });
    assert.equal((await beacon({ page: '/', seconds: -1 })).status, 400);
    assert.equal((await beacon({ page: '/cake', seconds: 4, email: 'planted@shop.example' })).status, 204);
    const { data } = (await stream.next()) ?? assert.fail();
    const { page, email, __schema__: schema } = data as Record<string, unknown>;
    assert.deepEqual({ page, email, schema }, { page: '/cake', email: null, schema: PAGE_LEFT });
    await stream.close();
  } finally {
    // The logger sends what is left, then the signal ends the process.
    child.kill('SIGTERM');
  }
  assert.deepEqual(await ended, [null, 'SIGTERM']);
  const [record, ...more] = logRecordsOf(sink.requests);
  assert.deepEqual([record?.eventName, record?.attributes.page, more.length], [PAGE_LEFT, '/cake', 0]);
  assert.equal(record?.attributes['url.path'], '/api/events');
  assert.doesNotMatch(sink.requests.map(({ body }) => String(body)).join(), /planted/);
});
