/**
 * `npm run bench:walk`: an analyst's six questions about a file of 200,000 events, answered by clicks in the page and by commands
 * in the terminal, with the seconds that each takes. Nothing waits longer than the answer; needs Chromium and `npm run build`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { OtlpRequest } from '../../../src/otlp/wire/otlp-request.ts';
import type { Row } from '../../../src/viewer/store/event-store.ts';
import { markdownTable } from '../../report/markdown-table.ts';
import { readRequests, requestFile } from '../request-file.ts';
import { CLI, startView } from '../start-view.ts';

const { values: options } = parseArgs({ options: { rows: { type: 'string', default: '200000' } } });
const rows = Number(options.rows);
const directory = mkdtempSync(path.join(os.tmpdir(), 'otel-events-walk-'));
const file = path.join(directory, 'events.jsonl');
const store = path.join(directory, 'store');
const STEPS = ['product.viewed', 'cart.item_added', 'checkout.started'];

console.log(
  `Node.js ${process.version}, ${os.cpus().length} cores, load ${load()}, ${rows} events and spans\n`,
);
writeLines();
const imported = timed(() => command('import', file, '--directory', store));
const view = await startView(store);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const failed = await newest('name:checkout.failed "card declined"');
  const user = String(failed.attributes['user.id']);
  const answers = await askPage(user);
  const terminal = await askTerminal(user, failed);
  console.log(`import of the file: ${imported} s; the first query reads it anew\n`);
  console.log(
    markdownTable(answers.map(([question, took], at) => ({ question, 'page, s': took, ...terminal[at] }))),
  );
} finally {
  await browser.close();
  await view.stop();
  rmSync(directory, { recursive: true, force: true });
}
console.log(`\nload at the end ${load()}`);

/** By clicks, each answer until it is seen. */
async function askPage(user: string): Promise<(readonly [question: string, seconds: string])[]> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(view.page);
  const row = page.locator('.row:not(.head)');
  await row.first().waitFor();
  const tab = (name: string): Promise<void> => page.getByRole('link', { name, exact: true }).click();
  const answers: (readonly [string, string])[] = [];
  const answer = async (question: string, clicks: () => Promise<unknown>): Promise<void> => {
    const fromMs = performance.now();
    await clicks();
    answers.push([question, ((performance.now() - fromMs) / 1000).toFixed(2)]);
  };
  await answer(`what did ${user} do before the failed payment`, async () => {
    // What is clicked is a row of the answer, and none of those before it.
    const answered = page.waitForResponse((response) =>
      response.url().includes(`/api/events?q=user%3A${user}`),
    );
    await search(page, `user:${user} name:checkout.failed`);
    await answered;
    await row.filter({ hasText: 'checkout.failed' }).first().click();
    await page.getByRole('link', { name: `user ${user}`, exact: true }).click();
    await page.getByRole('heading', { name: `User ${user}` }).waitFor();
    await page.locator('.row.current').waitFor();
  });
  await answer('checkouts by hour', async () => {
    await tab('Groups');
    await search(page, 'name:checkout.completed');
    await page.getByLabel('Over time').selectOption('1h');
    await page.locator('.time-chart canvas').waitFor();
    await page.getByText('In numbers').click();
    await page.locator('.over-table tbody tr').first().waitFor();
  });
  await answer('one trace', async () => {
    await tab('Traces');
    await page.locator('.row:not(.head) a').first().click();
    await page.locator('.trace-row').first().waitFor();
  });
  await answer('the funnel', async () => {
    await tab('Funnel');
    for (const [at, name] of STEPS.entries()) {
      await page.getByLabel(`Step ${at + 1}`, { exact: true }).fill(`name:${name}`);
      await page.keyboard.press('Enter');
    }
    await page
      .locator('.funnel > li')
      .nth(STEPS.length - 1)
      .waitFor();
  });
  await answer(`CSV of ${rows.toLocaleString('en-US')} rows`, async () => {
    await tab('Events');
    await search(page, '');
    await page.getByText('More', { exact: true }).click();
    const download = page.waitForEvent('download', { timeout: 120_000 });
    await page.getByRole('link', { name: 'Export as CSV' }).click();
    await (await download).path();
  });
  await answer('live', async () => {
    await page.locator('.live').click();
    await page.locator('.live.on').waitFor();
    await sendOne('walk.live');
    await page.getByText('walk.live', { exact: true }).first().waitFor();
  });
  await page.close();
  return answers;
}

/** Over the file; the first command reads it, the others what is kept of it. */
async function askTerminal(user: string, { traceId = '' }: Row): Promise<Record<string, string>[]> {
  const csv = path.join(directory, 'events.csv');
  const asked: readonly (readonly string[])[] = [
    ['query', file, '--user', user, '--limit', '20'],
    ['query', 'name:checkout.completed', file, '--over', '1h'],
    ['query', file, '--trace', traceId],
    ['query', file, '--funnel', STEPS.join(',')],
    ['export', '--csv', file, '-o', csv],
  ];
  const told = asked.map((args) => {
    const [first, again] = [timed(() => command(...args)), timed(() => command(...args))];
    return {
      'terminal, s': first,
      again,
      command: `otel-events ${args.join(' ')}`.replaceAll(`${directory}/`, ''),
    };
  });
  const tailed = {
    'terminal, s': await tailSeconds(),
    again: '',
    command: 'otel-events tail name:walk.tail',
  };
  return [...told, tailed];
}

/** From the command to the first event that it prints; one is sent each 50 ms. */
async function tailSeconds(): Promise<string> {
  const fromMs = performance.now();
  const child = spawn(process.execPath, [CLI, 'tail', 'name:walk.tail', '--url', view.page], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed = once(child.stdout, 'data').then(() => true);
  while (!(await Promise.race([printed, pause(50, false)]))) await sendOne('walk.tail');
  child.kill();
  return ((performance.now() - fromMs) / 1000).toFixed(2);
}

async function search(page: Page, query: string): Promise<void> {
  await page.locator('[data-main=true]').fill(query);
  await page.keyboard.press('Enter');
}

async function newest(query: string): Promise<Row> {
  const answer = await fetch(`${view.page}/api/events?limit=1&q=${encodeURIComponent(query)}`);
  const { rows: found } = (await answer.json()) as { rows: Row[] };
  if (found[0] === undefined) throw new Error(`nothing fits ${query}`);
  return found[0];
}

async function sendOne(eventName: string): Promise<void> {
  const logRecords = [{ timeUnixNano: `${Date.now()}000000`, eventName, severityNumber: 9 }];
  const body = JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${view.intake}/v1/logs`, { method: 'POST', headers, body });
}

function command(...args: readonly string[]): void {
  const env = { ...process.env, XDG_CACHE_HOME: directory };
  execFileSync(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** A line a request, as collectors write them. */
function writeLines(): void {
  const lines = openSync(file, 'w');
  for (const { signal, bytes } of readRequests(requestFile(rows))) {
    writeSync(lines, OtlpRequest.read(signal as 'logs' | 'traces', 'protobuf', bytes).json());
    writeSync(lines, '\n');
  }
  closeSync(lines);
}

function timed(work: () => void): string {
  const fromMs = performance.now();
  work();
  return ((performance.now() - fromMs) / 1000).toFixed(2);
}

function load(): string {
  return os.loadavg().map(Math.round).join(' ');
}
