// The page with the real viewer behind it: the other tests of the page answer from rows in memory.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { chromium } from 'playwright-core';
import { bundlePage } from '../../scripts/bundle-page.ts';
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
  for (const path of [
    '/groups',
    '/ledger',
    '/status',
    '/schemas',
    '/schemas/order.paid',
    '/compare?left=name:order.paid&right=name:order.shipped',
  ]) {
    await page.goto(address + path);
    await page.waitForLoadState('networkidle');
    assert.equal(await page.getByRole('alert').count(), 0, path);
  }
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
