// The page with the real viewer behind it: the other tests of the page answer from rows in memory.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { chromium, type Route } from 'playwright-core';
import { bundlePage } from '../../scripts/bundle-page.ts';
import { EventLogger } from '../../src/index.ts';
import { defineEvent } from '../../src/schema/define/define-event.ts';
import type { JsonSchema } from '../../src/schema/drafts/json-schema.ts';
import { logsOf } from '../collector/samples.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { CHROMIUM, NO_BROWSER } from './browser.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const MAIN = path.join(ROOT, 'src', 'cli', 'main.ts');

/** `otel-events view`, with what it printed. */
async function runView(t: TestContext, ...args: readonly string[]) {
  await bundlePage(ROOT, path.join(ROOT, 'dist', 'viewer-page'));
  const child = spawn(process.execPath, [MAIN, 'view', '--port', '0', '--directory', tempDir(t), ...args], {
    env: { ...process.env, OTEL_EVENTS_PORT: '0', OTEL_EVENTS_GRPC_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  for await (const part of child.stdout.setEncoding('utf8')) {
    said += part;
    if (said.includes('files')) break;
  }
  const place = (name: string): string => new RegExp(`^ {2}${name} +(\\S+)`, 'm').exec(said)?.[1] ?? '';
  return { page: place('page'), otlp: place('OTLP in') };
}

async function openPage(t: TestContext, address: string) {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const alarms: string[] = [];
  page.on('pageerror', (error) => alarms.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') alarms.push(message.text());
  });
  await page.goto(address);
  return { page, alarms };
}

async function send(url: string, name: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify(logsOf(name));
  assert.equal((await fetch(`${url}/v1/logs`, { method: 'POST', headers, body })).status, 200);
}

test('an event that is sent by OTLP is in the page, and the next one comes by itself', {
  skip: NO_BROWSER,
}, async (t) => {
  const { page: address, otlp } = await runView(t);
  await send(otlp, 'order.paid');
  const { page, alarms } = await openPage(t, `${address}/?live=1`);
  await page.getByText('order.paid').first().waitFor();
  await send(otlp, 'order.shipped');
  await page.getByText('order.shipped').first().waitFor();
  await page.goto(`${address}/?q=name:order.payd`);
  await page.getByText('no row has a name order.payd; did you mean order.paid?').waitFor();
  for (const path of [
    '/groups',
    '/ledger',
    '/status',
    '/schemas',
    '/schemas/order.paid',
    '/quarantine',
    '/compare?left=name:order.paid&right=name:order.shipped',
  ]) {
    await page.goto(address + path);
    await page.waitForLoadState('networkidle');
    assert.equal(await page.getByRole('alert').count(), 0, path);
  }
  assert.deepEqual(alarms, []);
});

test('rows are shown before anything is counted', { skip: NO_BROWSER }, async (t) => {
  const { page: address, otlp } = await runView(t);
  for (const name of ['order.paid', 'order.shipped']) await send(otlp, name);
  const { page, alarms } = await openPage(t, `${address}/status`);
  const held: Route[] = [];
  let isHeld = true;
  await page.route(/api\/(histogram|facets)/, (route) => (isHeld ? void held.push(route) : route.continue()));
  await page.goto(`${address}/?q=name:order.*`);
  await page.locator('.row .name').getByText('order.shipped').waitFor();
  await page.getByText('2 rows').waitFor();
  assert.ok(held.length > 0);
  isHeld = false;
  for (const route of held) await route.continue();
  await page.locator('.histogram').waitFor();
  await page.locator('.facet').first().waitFor();
  assert.equal(await page.locator('.row:not(.head)').count(), 2);
  assert.deepEqual(alarms, []);
});

test('a list of traces shows first spans, and a trace is one click away', { skip: NO_BROWSER }, async (t) => {
  const { page: address, otlp } = await runView(t);
  const span = (name: string, spanId: string, parentSpanId = '') => ({
    ...{ name, spanId, parentSpanId, traceId: '0af7651916cd43dd8448eb211c80319c', kind: 2 },
    ...{ startTimeUnixNano: '1764288000000000000', endTimeUnixNano: '1764288000250000000' },
  });
  const spans = [
    span('GET /cart', '00f067aa0ba902b7'),
    span('SELECT', '00f067aa0ba902b8', '00f067aa0ba902b7'),
  ];
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const headers = { 'content-type': 'application/json' };
  assert.equal((await fetch(`${otlp}/v1/traces`, { method: 'POST', headers, body })).status, 200);
  const { page, alarms } = await openPage(t, address);
  await page.getByRole('link', { name: 'Traces' }).click();
  await page.locator('.row .name').getByText('GET /cart').waitFor();
  assert.equal(await page.locator('.row:not(.head)').count(), 1);
  assert.equal(await page.locator('.top [aria-current]').innerText(), 'Traces');
  await page.getByRole('link', { name: '0af7651916cd43dd8448eb211c80319c' }).click();
  await page.getByText('SELECT').waitFor();
  assert.match(page.url(), /\/trace\/0af7651916cd43dd8448eb211c80319c$/);
  await page.goBack();
  await page.getByRole('link', { name: 'Events', exact: true }).click();
  await page.locator('.row .name').getByText('SELECT').waitFor();
  assert.deepEqual(alarms, []);
});

test('the ledger shows what a logger emitted, and what was dropped in red with its reason', {
  skip: NO_BROWSER,
}, async (t) => {
  const { page: address, otlp } = await runView(t);
  const events = new EventLogger({ endpoint: otlp, app: { name: 'shop' }, maxBytes: 2048, logLevel: 'none' });
  events.log('order.paid');
  await events.flush();
  for (let at = 0; at < 40; at++) events.log('burst', { text: 'x'.repeat(200) });
  const { dropped } = await events.close();
  assert.ok(dropped > 0);
  // Without a time: it is that of its arrival.
  const body = JSON.stringify({
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ eventName: 'from.elsewhere' }] }] }],
  });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${otlp}/v1/logs`, { method: 'POST', headers, body });
  const { page, alarms } = await openPage(t, `${address}/ledger`);
  await page.getByText('1 with a gap').waitFor();
  const cells = async (name: string) =>
    (
      await page
        .getByRole('row', { name: new RegExp(`^${name}`) })
        .first()
        .locator('td')
        .allInnerTexts()
    ).slice(2, 8);
  assert.deepEqual(await cells('order.paid'), ['1', '1', '1', '0', '0', '']);
  const [emitted, , , , missing, why] = await cells('burst');
  assert.deepEqual([emitted, missing], ['40', String(dropped)]);
  assert.match(why ?? '', new RegExp(`^${dropped} the queue of the app was full`));
  assert.equal((await cells('from.elsewhere'))[0], 'unknown');
  await page.getByRole('button', { name: 'Minutes of burst' }).click();
  await page.getByText('settling').first().waitFor();
  assert.match(page.url(), /open=record/);
  assert.deepEqual(alarms, []);
});

test('what is stored is deleted in the page, and the ledger says so', { skip: NO_BROWSER }, async (t) => {
  const { page: address, otlp } = await runView(t);
  await send(otlp, 'order.paid');
  const { page, alarms } = await openPage(t, `${address}/status`);
  await page.getByRole('button', { name: 'Delete everything …' }).click();
  await page.getByRole('textbox').fill('delete 1');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText(/^1 row \(.* KiB\) at 20/).waitFor();
  await page.goto(`${address}/ledger`);
  await page.getByText(/^Somebody deleted 1 row /).waitFor();
  await page.getByText('Nothing came in this time').waitFor();
  await page.goto(`${address}/?live=1`);
  await page.locator('.live.on').waitFor();
  assert.equal(await page.locator('.row:not(.head)').count(), 0);
  await send(otlp, 'order.shipped');
  await page.getByText('order.shipped').first().waitFor();
  assert.deepEqual(alarms, []);
});

test('the printed address opens a page that has the token as a cookie', { skip: NO_BROWSER }, async (t) => {
  const { page: address, otlp } = await runView(t, '--host', '0.0.0.0');
  await send(otlp, 'order.paid');
  const { page, alarms } = await openPage(t, address);
  await page.getByText('order.paid').first().waitFor();
  assert.doesNotMatch(page.url(), /token/);
  assert.deepEqual(alarms, []);
});

const CART = {
  $id: 'cart',
  type: 'object',
  properties: { qty: { type: 'integer' }, email: { categories: ['contact'] } },
};

test('an event that its schema refused is looked at, mended and sent on in the page', {
  skip: NO_BROWSER,
}, async (t) => {
  const dir = tempDir(t);
  const [schemas, quarantine] = ['schemas', 'quarantine'].map((name) => path.join(dir, name)) as [
    string,
    string,
  ];
  mkdirSync(schemas);
  writeFileSync(path.join(schemas, 'cart.json'), JSON.stringify({ ...CART, version: 2 }));
  const Cart = defineEvent('cart', { version: 1, schema: { ...CART, version: 1 } as JsonSchema });
  const diagnosticLogger = { warn() {}, error() {} };
  const events = new EventLogger({ quarantine, delivery: 'none', diagnosticLogger });
  events.log(Cart, { qty: '<img src=x onerror=alert(1)>', email: 'SECRET' });
  await events.close();
  const { page: address } = await runView(t, '--schemas', schemas, '--quarantine', quarantine);
  const { page, alarms } = await openPage(t, `${address}/quarantine`);
  await page.getByText('/qty: wanted an integer').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const area = page.getByLabel('Mend its data');
  const send = page.getByRole('button', { name: 'Send it on' });
  await page.getByText('wanted an integer, got a string').waitFor();
  assert.equal(await send.isDisabled(), true);
  assert.doesNotMatch((await page.textContent('main')) ?? '', /SECRET/);
  await page.getByRole('button', { name: '/qty' }).click();
  assert.equal(await page.evaluate('getSelection().toString()'), '"qty"');
  await area.fill('{ "qty": 2,');
  await page.getByText('not JSON').waitFor();
  await area.fill('{ "qty": 2, "email": "x@y.example" }');
  await page.getByText('wanted null, since it was redacted').waitFor();
  await area.fill('{ "qty": 2, "email": null }');
  await page.getByText('by cart@2').waitFor();
  await send.click();
  await page.getByText('It has left the quarantine').waitFor();
  await page.getByRole('link', { name: 'Go on with the others' }).click();
  await page.getByText('Nothing waits here').waitFor();
  await page.goto(`${address}/schemas`);
  await page.getByText('as declared').first().waitFor();
  await page.getByRole('link', { name: 'cart', exact: true }).click();
  await page.getByText('1 event from').waitFor();
  await page.getByRole('link', { name: 'its events' }).click();
  await page
    .getByText(/^1 rows?\b/)
    .first()
    .waitFor();
  assert.deepEqual(alarms, []);
});

test('an address with an event opens the list where it stands', { skip: NO_BROWSER }, async (t) => {
  const { page: address, otlp } = await runView(t);
  const logRecords = Array.from({ length: 3000 }, (_, at) => ({
    timeUnixNano: String(1_764_288_000_000_000_000n + BigInt(Math.floor(at / 3)) * 1_000_000n),
    eventName: `number.${at}`,
    severityNumber: 9,
  }));
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
  const headers = { 'content-type': 'application/json' };
  assert.equal((await fetch(`${otlp}/v1/logs`, { method: 'POST', headers, body })).status, 200);
  const found = (await (await fetch(`${address}/api/events?q=name:number.1000`)).json()) as {
    rows: { id: string }[];
  };
  const { page, alarms } = await openPage(t, `${address}/?event=${found.rows[0]?.id}`);
  const current = page.locator('.row.current');
  await current.getByText('number.1000', { exact: true }).waitFor();
  // The newest is the first, below the line of titles.
  assert.equal(await current.getAttribute('aria-rowindex'), String(3000 - 1 - 1000 + 2));
  // In the middle of the list, so that its neighbours are seen.
  const [list, row] = [await page.locator('.list').boundingBox(), await current.boundingBox()];
  assert.ok(
    list && row && Math.abs(row.y - (list.y + list.height / 2)) < list.height / 8,
    JSON.stringify(row),
  );
  await page.keyboard.press('j');
  await page.waitForURL((url) => url.searchParams.get('event') !== found.rows[0]?.id);
  await current.getByText('number.999', { exact: true }).waitFor();
  assert.deepEqual(alarms, []);
});
