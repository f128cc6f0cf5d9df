// The demo is what people see first: it has something to show in every view of the page.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { bundlePage } from '../../scripts/bundle-page.ts';
import type { Row } from '../../src/viewer/store/event-store.ts';
import { CHROMIUM, NO_BROWSER } from './browser.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const RUN_DEMO = pathToFileURL(path.join(ROOT, 'src', 'cli', 'demo', 'run-demo.ts')).href;

/** Runs the demo as on a terminal, until the test is over. @returns where the page is */
async function runDemo(t: TestContext): Promise<string> {
  await bundlePage(ROOT, path.join(ROOT, 'dist', 'viewer-page'));
  const code = `import { runDemo } from '${RUN_DEMO}';
  await runDemo({ port: 0, directory: undefined, isLive: true, started: (page) => console.log('PAGE', page) });`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(async () => {
    const exit = once(child, 'exit');
    child.kill('SIGINT');
    await exit;
  });
  let said = '';
  for await (const part of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += part;
    const [, page] = /^PAGE (\S+)$/m.exec(said) ?? [];
    if (page !== undefined) {
      child.stdout.resume();
      return page;
    }
  }
  throw new Error(said);
}

test('every view of the page shows something of the demo', { skip: NO_BROWSER }, async (t) => {
  const address = await runDemo(t);
  const newest = async (query: string): Promise<Row> => {
    const answer = await fetch(`${address}/api/events?limit=1&q=${encodeURIComponent(query)}`);
    const { rows } = (await answer.json()) as { rows: Row[] };
    assert.ok(rows[0], query);
    return rows[0];
  };
  const paid = await newest('name:order.paid');
  const retried = await newest('name:payment.retried');
  const judged = await newest('name:gen_ai.evaluation.result');
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const alarms: string[] = [];
  page.on('pageerror', (error) => alarms.push(String(error)));
  for (const [at, wanted] of [
    ['/', 'coffee-shop'],
    ['/?live=1', 'coffee-shop'],
    [`/event/${paid.id}`, 'currency'],
    [`/trace/${retried.traceId}`, 'payment.retried'],
    [`/session/${paid.attributes['session.id']}`, 'order.paid'],
    [`/user/${paid.attributes['user.id']}`, 'order.paid'],
    [`/conversation/${judged.attributes['gen_ai.conversation.id']}`, 'You are the barista of a coffee shop'],
    ['/compare?q=payment&left=level:error&right=level:info', 'nordbank'],
    ['/funnel?step=cart.item_added&step=order.paid', 'did not go on'],
    ['/groups?q=name:payment&by=bank&stat=p95:duration&over=5m', 'nordbank'],
    ['/?q=conversation:*', 'chat barista-small'],
    ['/?q=event.schema.issues:*', 'gift-card'],
    ['/ledger', 'payment.retried'],
    ['/schemas', 'cart.item_added'],
    ['/status', 'OTLP over HTTP'],
  ] as const) {
    await page.goto(address + at);
    await page.locator('main').getByText(wanted).first().waitFor();
    assert.equal(await page.getByRole('alert').count(), 0, at);
  }
  assert.deepEqual(alarms, []);
});
