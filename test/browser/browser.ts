/** Chromium for tests of the page, and an alarm for all that a page of hostile data must not do. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from 'playwright-core';
import { bundlePage } from '../../scripts/bundle-page.ts';
import type { Row } from '../../src/viewer/store/event-store.ts';
import { type Serve, type Served, serveStored } from './serve.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SCREENSHOTS = path.join(import.meta.dirname, 'screenshots');

/** Why these tests cannot run; undefined if they can. Where `CI` is set they fail instead. */
export const NO_BROWSER =
  existsSync(CHROMIUM) || process.env.CI
    ? false
    : `no ${CHROMIUM}: apt-get install chromium, or set CHROMIUM`;

export interface Opened {
  readonly page: Page;
  /** What went wrong so far: dialogs, errors, refusals by the policy, requests to elsewhere. */
  readonly alarms: readonly string[];
}

export interface PageUnderTest {
  readonly url: () => string;
  readonly add: Served['add'];
  /** A page of a new visitor. */
  open(address: string, options?: BrowserContextOptions): Promise<Opened>;
}

/**
 * One browser and one viewer for all tests of a file.
 * @param rows - from the oldest on; the id of each is its place
 * @param extra - answers, by the last part of their path, that rows do not tell
 */
export function pageUnderTest(
  rows: () => readonly Row[],
  extra: () => Readonly<Record<string, unknown>>,
  serve: Serve = serveStored,
): PageUnderTest {
  let browser: Browser | undefined;
  let served: Served | undefined;
  before(async () => {
    if (NO_BROWSER) return;
    const built = path.join(ROOT, 'dist', 'viewer-page');
    await bundlePage(ROOT, built);
    served = await serve(rows(), built);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  });
  after(async () => {
    await browser?.close();
    await served?.close();
  });
  return {
    url: () => served?.url ?? '',
    add: async (more) => served?.add(more),
    async open(address, options = {}) {
      assert.ok(browser && served);
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        timezoneId: 'Europe/Berlin',
        ...options,
      });
      for (const [name, answer] of Object.entries(extra())) {
        await context.route(
          ({ pathname }) => pathname === `/api/${name}`,
          (route) => route.fulfill({ json: answer }),
        );
      }
      const page = await context.newPage();
      count(page);
      const alarms = watch(page, served.url);
      await page.goto(served.url + address);
      await settle(page);
      return { page, alarms };
    },
  };
}

function watch(page: Page, own: string): string[] {
  const alarms: string[] = [];
  page.on('dialog', (dialog) => {
    alarms.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => alarms.push(`error: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // A 400 or 404 of the API is told by the page itself.
    const isAnswer = /^Failed to load resource: the server responded with a status of 4\d\d/.test(
      message.text(),
    );
    if (message.type() === 'error' && !isAnswer) alarms.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(own)) alarms.push(`request to ${request.url()}`);
  });
  return alarms;
}

/** What each page has asked and has no answer to yet; a stream of live rows, which has no end, is left out. */
const asked = new WeakMap<Page, Set<Request>>();

function count(page: Page): void {
  const open = new Set<Request>();
  asked.set(page, open);
  page.on('request', (request) => {
    if (new URL(request.url()).pathname !== '/api/live') open.add(request);
  });
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
}

/** Until the page has drawn what was done to it and nothing is asked for any more. */
export async function settle(page: Page): Promise<void> {
  if (page.url().includes('live=1')) await page.waitForSelector('.live.on');
  const open = asked.get(page);
  assert.ok(open, 'a page of pageUnderTest');
  const until = Date.now() + 30_000;
  // Twice: what an answer changes may ask the next thing.
  for (let quiet = 0; quiet < 2; ) {
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    quiet = open.size === 0 ? quiet + 1 : 0;
    assert.ok(
      Date.now() < until,
      `without an answer: ${[...open].map((request) => request.url()).join(' ')}`,
    );
  }
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
}
