// What is known of one request is in all its events and in nobody else's.
import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { testLogger } from '../../src/testing.ts';
import { emitted } from './emitted.ts';
import { FRAMEWORKS, startApp } from './start-app.ts';

const COUNT = 1000;

/** Most requests at a time. */
const AT_ONCE = 100;

for (const framework of FRAMEWORKS) {
  test(`${framework}: ${COUNT} interleaved requests each see their own context, before and after awaits`, async () => {
    const events = testLogger();
    await using app = await startApp(framework, events, {
      user: async (who) => {
        await sleep(Math.random() * 2);
        return { userId: who };
      },
      requestEvents: true,
    });
    let next = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (next < COUNT) {
          const id = String(next++);
          const headers = { 'x-who': `user-${id}`, 'x-request-id': `r${id}` };
          const response = await fetch(`${app.url}/items/${id}`, { headers });
          assert.equal(response.headers.get('x-request-id'), `r${id}`);
          await response.text();
        }
      }),
    );
    events.log('outside');
    await emitted(events, 3 * COUNT + 1);
    const seen = events.emitted.filter(({ name }) => name === 'before' || name === 'after');
    assert.equal(seen.length, 2 * COUNT);
    for (const { data, context, userId } of seen) {
      assert.equal(context.request_id, `r${data.id}`);
      assert.equal(context.path, `/items/${data.id}`);
      assert.equal(userId, `user-${data.id}`);
    }
    const requests = events.emitted.filter(({ name }) => name === 'http.request');
    assert.equal(new Set(requests.map(({ context }) => context.request_id)).size, COUNT);
    for (const { context, userId } of requests) {
      assert.equal(userId, `user-${String(context.request_id).slice(1)}`);
    }
    assert.deepEqual(events.emitted.find(({ name }) => name === 'outside')?.context, {});
    assert.deepEqual(events.currentContext(), {});
  });

  test(`${framework}: pipelined requests on one connection keep apart`, async () => {
    const events = testLogger();
    await using app = await startApp(framework, events);
    const socket = connect(app.port, '127.0.0.1');
    const body = '{"a":1}';
    for (const id of ['one', 'two', 'three']) {
      const common = `host: x\r\nuser-agent: ${id}\r\n`;
      socket.write(
        `GET /items/${id} HTTP/1.1\r\n${common}\r\n` +
          `POST /orders?${id} HTTP/1.1\r\n${common}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
    }
    let received = '';
    for await (const chunk of socket) {
      received += chunk;
      if (received.match(/HTTP\/1\.1 200/g)?.length === 6) break;
    }
    await events.flush();
    const agents = events.emitted.map(({ name, data, context }) => [name, data.id ?? '', context.agent]);
    assert.deepEqual(
      agents.toSorted(),
      ['one', 'two', 'three']
        .flatMap((id) => [
          ['before', id, id],
          ['after', id, id],
          ['order', '', id],
        ])
        .toSorted(),
    );
    assert.equal(new Set(events.emitted.map(({ context }) => context.request_id)).size, 6);
  });

  test(`${framework}: an aborted request ends with an event of its own, and the next one is clean`, async () => {
    const events = testLogger();
    await using app = await startApp(framework, events, { requestEvents: true });
    const headers = { 'user-agent': 'gone', 'x-request-id': 'gone' };
    const request = httpRequest(`${app.url}/slow`, { headers, agent: new Agent({ keepAlive: true }) });
    request.on('error', () => {});
    request.end();
    await emitted(events, 1);
    request.destroy();
    await emitted(events, 2);
    const [slow, ended] = events.emitted;
    assert.equal(slow?.name, 'slow');
    assert.equal(ended?.name, 'http.request');
    assert.equal(ended.data['http.request.aborted'], true);
    assert.equal(ended.data['http.response.status_code'], undefined);
    assert.equal(ended.context.request_id, 'gone');
    assert.equal(ended.context.agent, 'gone');
    await (await fetch(`${app.url}/items/7`, { headers: { 'user-agent': 'next' } })).text();
    await emitted(events, 5);
    for (const { context } of events.emitted.slice(2)) assert.equal(context.agent, 'next');
    assert.deepEqual(events.currentContext(), {});
  });

  test(`${framework}: a failing handler and a body that is no JSON are handled in the context`, async () => {
    const events = testLogger();
    await using app = await startApp(framework, events, { requestEvents: true });
    const response = await fetch(`${app.url}/boom`, { headers: { 'x-request-id': 'failing' } });
    assert.equal(response.status, 500);
    assert.equal(response.headers.get('x-request-id'), 'failing');
    await emitted(events, 2);
    const failing = events.emitted.map(({ name, context }) => [name, context.request_id]);
    assert.deepEqual(failing.at(-1), ['http.request', 'failing']);
    assert.deepEqual(failing[0], ['failed', 'failing']);
    assert.equal(events.emitted.at(-1)?.data['http.response.status_code'], 500);
    if (framework === 'node' || framework === 'koa') return;
    const headers = { 'content-type': 'application/json', 'x-request-id': 'unreadable' };
    await fetch(`${app.url}/orders`, { method: 'POST', body: '{"a":', headers });
    await emitted(events, failing.length + 2);
    const unreadable = events.emitted
      .slice(failing.length)
      .map(({ name, context }) => [name, context.request_id]);
    assert.deepEqual(unreadable, [
      ['failed', 'unreadable'],
      ['http.request', 'unreadable'],
    ]);
  });

  test(`${framework}: an event after the body was parsed has the context`, async () => {
    const events = testLogger();
    await using app = await startApp(framework, events);
    const headers = { 'content-type': 'application/json', 'x-request-id': 'parsed' };
    // Longer than what comes with the head, so that the parser has to wait for the socket.
    const body = JSON.stringify({ text: 'x'.repeat(90_000) });
    await fetch(`${app.url}/orders`, { method: 'POST', body, headers });
    await events.flush();
    assert.deepEqual(
      events.emitted.map(({ name, context }) => [name, context.request_id]),
      [['order', 'parsed']],
    );
  });
}
