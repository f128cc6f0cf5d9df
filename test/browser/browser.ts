/** Chromium for tests of the page, and an alarm for all that a page of hostile data must not do. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { bundlePage } from '../../scripts/bundle-page.ts';
import type { Row } from '../../src/viewer/store/event-store.ts';
import { type PageServer, startPageServer } from './page-server.ts';
import { PlainViewer } from './plain-viewer.ts';

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
  readonly viewer: PlainViewer;
  readonly url: () => string;
  /** A page of a new visitor. */
  open(address: string, options?: BrowserContextOptions): Promise<Opened>;
}

/** One browser and one server for all tests of a file. @param extra - see `startPageServer` */
export function pageUnderTest(
  rows: () => readonly Row[],
  extra: () => Readonly<Record<string, unknown>>,
): PageUnderTest {
  const viewer = new PlainViewer();
  let browser: Browser | undefined;
  let server: PageServer | undefined;
  before(async () => {
    if (NO_BROWSER) return;
    const built = path.join(ROOT, 'dist', 'viewer-page');
    await bundlePage(ROOT, built);
    viewer.rows = [...rows()];
    server = await startPageServer(viewer, built, extra());
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });
  return {
    viewer,
    url: () => server?.url ?? '',
    async open(address, options = {}) {
      assert.ok(browser && server);
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        timezoneId: 'Europe/Berlin',
        ...options,
      });
      const page = await context.newPage();
      const alarms = watch(page, server.url);
      await page.goto(server.url + address);
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

/** Until nothing is asked for any more; a stream of live rows is open for ever. */
export async function settle(page: Page): Promise<void> {
  if (page.url().includes('live=1')) await page.waitForSelector('.live.on');
  else await page.waitForLoadState('networkidle');
}

export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`) });
}
