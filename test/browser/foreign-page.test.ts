// A page of somebody else in a real browser, and a collector on the same machine: nothing that the page sends is taken.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { chromium } from 'playwright-core';
import { logsOf } from '../collector/samples.ts';
import { startFor } from '../collector/start-for.ts';
import { CHROMIUM, NO_BROWSER } from './browser.ts';

const EVIL = 'evil.example';
const BODY = JSON.stringify(logsOf('from a page'));

/** Every way to send without being asked for leave, and those that browsers ask leave for. */
const TRIES = `async (url, body) => {
  const json = new Blob([body], { type: 'application/json' });
  const form = new FormData();
  form.append('a', body);
  const tries = [
    { mode: 'no-cors', body },
    { mode: 'no-cors', body: new Blob([body]) },
    { mode: 'no-cors', body: form },
    { mode: 'no-cors', body: new URLSearchParams({ a: body }) },
    { mode: 'no-cors', body: json },
    { mode: 'no-cors', body, headers: { 'content-type': 'application/json' } },
    { mode: 'no-cors', body, headers: { 'content-type': 'text/plain; application/json' } },
    { body: json },
    { body, headers: { 'content-type': 'application/json' } },
    { body, headers: { 'content-type': 'application/x-protobuf' } },
  ];
  for (const one of tries) await fetch(url, { method: 'POST', ...one }).catch(() => {});
  navigator.sendBeacon(url, json);
  navigator.sendBeacon(url, body);
  await new Promise((done) => setTimeout(done, 500));
}`;

async function start(t: TestContext, http: object = {}) {
  const { collector } = await startFor(t, {
    receivers: { otlp: { protocols: { http: { endpoint: '127.0.0.1:0', ...http } } } },
    exporters: { nop: {} },
    service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['nop'] } } },
  });
  // The name of the page leads here, as it does once its owner has changed where it leads.
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP ${EVIL} 127.0.0.1`],
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const accepted = (): number | undefined => collector.stats().receivers.otlp?.accepted.logs;
  return { collector, page, accepted };
}

/** A server of the page's own. @returns its port */
async function serve(t: TestContext): Promise<number> {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('a page of another origin gets nothing into a collector, but where cors names its origin', {
  skip: NO_BROWSER,
}, async (t) => {
  const origin = `http://${EVIL}:${await serve(t)}`;
  for (const [http, taken] of [
    [{}, 0],
    // Two requests and a beacon, each of JSON that says so.
    [{ cors: { allowed_origins: [origin] } }, 3],
  ] as const) {
    const { collector, page, accepted } = await start(t, http);
    await page.goto(origin);
    await page.evaluate(
      `(${TRIES})(${JSON.stringify(`${collector.endpoint}/v1/logs`)}, ${JSON.stringify(BODY)})`,
    );
    assert.equal(accepted(), taken, JSON.stringify(http));
  }
});

test('a page whose name is made to lead to this machine gets nothing into a collector', {
  skip: NO_BROWSER,
}, async (t) => {
  const { collector, page, accepted } = await start(t);
  const { port } = new URL(collector.endpoint);
  const url = `http://${EVIL}:${port}/v1/logs`;
  // An answer of the collector itself is a page of that origin.
  await page.goto(url);
  await page.evaluate(`(${TRIES})(${JSON.stringify(url)}, ${JSON.stringify(BODY)})`);
  assert.equal(accepted(), 0);
  assert.ok((collector.stats().receivers.otlp?.invalidRequests ?? 0) >= 10, 'they came, and were refused');
});
