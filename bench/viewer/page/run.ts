/**
 * `npm run bench:page`: how soon the viewer's page shows something, how it scrolls, and how long an event takes from `log()` to
 * the screen. In Chromium, over a store of a million rows; needs `npm run build`.
 *
 *     npm run bench:page -- --rows 200000 --only live
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { scrollFrames } from '../../../test/browser/scroll-frames.ts';
import { quantile } from '../../collector/quantile.ts';
import { markdownTable } from '../../report/markdown-table.ts';
import { ingestStore } from '../ingest.ts';
import { requestFile } from '../request-file.ts';
import { type StartedView, startView } from '../start-view.ts';
import { type LiveCase, liveCase } from './live-case.ts';
import { PROBE } from './painted-probes.ts';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    /** Of each case of live rows. */
    seconds: { type: 'string', default: '20' },
    /** `open`, `scroll` or `live`; all of them without it. */
    only: { type: 'string' },
    /** How often the page is opened and scrolled. */
    times: { type: 'string', default: '7' },
  },
});

const CASES: readonly LiveCase[] = [
  { name: 'nothing else, logger as it is', rowsPerSecond: 0, query: `name:${PROBE}` },
  { name: 'nothing else, flushIntervalMs 20', rowsPerSecond: 0, query: `name:${PROBE}`, flushIntervalMs: 20 },
  { name: '5,000 rows/s, filtered', rowsPerSecond: 5000, query: `name:${PROBE}`, flushIntervalMs: 20 },
  { name: '5,000 rows/s, all shown', rowsPerSecond: 5000, query: '', flushIntervalMs: 20 },
];

const isWanted = (what: string): boolean => options.only === undefined || options.only === what;
const rows = Number(options.rows);
console.log(
  `Node.js ${process.version}, ${os.cpus()[0]?.model}, ${os.cpus().length} cores, load ${load()}, ${rows} rows stored\n`,
);
const filled = path.join(os.tmpdir(), `otel-events-bench-page-${rows}`);
if (!existsSync(filled)) ingestStore(requestFile(rows), rows, filled);
const directory = mkdtempSync(path.join(os.tmpdir(), 'otel-events-bench-page-'));
cpSync(filled, directory, { recursive: true });
const view = await startView(directory);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  if (isWanted('open')) console.log(`${markdownTable([await opened(browser, view)])}\n`);
  if (isWanted('scroll')) console.log(`${markdownTable([await scrolled(browser, view)])}\n`);
  if (isWanted('live')) {
    const table = [];
    for (const one of CASES) table.push(await liveCase(one, view, browser, Number(options.seconds)));
    console.log(`${markdownTable(table)}\n`);
  }
} finally {
  await browser.close();
  await view.stop();
  rmSync(directory, { recursive: true, force: true });
}
console.log(`load at the end ${load()}`);

/** From the beginning of the navigation until rows are painted and keys work, in a browser that has cached nothing. */
async function opened(browser: Browser, { page: address }: StartedView): Promise<Record<string, string>> {
  const times: number[] = [];
  for (let time = 0; time < Number(options.times); time++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(`new MutationObserver((_, observer) => {
      const row = document.querySelector('.row:not(.head) .name');
      if (row === null) return;
      observer.disconnect();
      requestAnimationFrame(() => { window.shownMs = performance.now(); });
    }).observe(document, { childList: true, subtree: true })`);
    await page.goto(address);
    const shown = `new Promise((done) => {
      const look = () => (window.shownMs === undefined ? setTimeout(look, 10) : done(window.shownMs));
      look();
    })`;
    times.push(await page.evaluate(shown));
    await page.close();
  }
  return {
    '': 'opened until rows are painted, ms',
    first: (times[0] ?? Number.NaN).toFixed(0),
    p50: quantile(times, 0.5).toFixed(0),
    most: Math.max(...times).toFixed(0),
  };
}

async function scrolled(browser: Browser, { page: address }: StartedView): Promise<Record<string, string>> {
  const frames: number[] = [];
  for (let time = 0; time < Number(options.times); time++) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(address);
    await page.waitForSelector('.row:not(.head) .name');
    frames.push(...(await scrollFrames(page)));
    await page.close();
  }
  const at = (part: number): string => quantile(frames, part).toFixed(1);
  return { '': `${frames.length} frames of scrolling, ms`, p50: at(0.5), p99: at(0.99), most: at(1) };
}

function load(): string {
  return os.loadavg().map(Math.round).join(' ');
}
