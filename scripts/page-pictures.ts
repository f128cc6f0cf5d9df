/** `npm run docs:pictures`: the pictures of the viewer's page in `docs/images/`, of the events of the demo. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { runDemo } from '../src/cli/demo/run-demo.ts';
import { bundlePage } from './bundle-page.ts';
import { packPng } from './pack-png.ts';

const root = path.join(import.meta.dirname, '..');
const images = path.join(root, 'docs', 'images');

/** From what people look at to what they pay. */
const STEPS = ['product.viewed', 'cart.item_added', 'checkout.started', 'order.paid'];

let taken: Promise<void> | undefined;
await bundlePage(root, path.join(root, 'dist', 'viewer-page'));
await runDemo({
  port: 0,
  directory: undefined,
  isLive: true,
  started: (address) => {
    // The demo goes on until it is told to stop.
    taken = takePictures(address).finally(() => process.emit('SIGINT'));
    taken.catch(() => {});
  },
});
await taken;

async function takePictures(address: string): Promise<void> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
    const take = async (name: string, at: string): Promise<void> => {
      await page.goto(address + at);
      await page.waitForLoadState('networkidle');
      writeFileSync(path.join(images, `viewer-${name}.png`), packPng(await page.screenshot()));
    };
    const paid = await newest(address, 'name:order.paid');
    await take('events', `/?event=${paid.id}`);
    const retried = await newest(address, 'name:payment.retried attempt:2');
    await take('trace', `/trace/${retried.traceId}`);
    await take('funnel', `/funnel?${STEPS.map((step) => `step=name:${step}`).join('&')}`);
    await take('ledger', '/ledger?hours=6');
  } finally {
    await browser.close();
  }
}

/** The newest row that a query finds. */
async function newest(
  address: string,
  query: string,
): Promise<{ readonly id: string; readonly traceId: string }> {
  const url = `${address}/api/events?limit=1&q=${encodeURIComponent(query)}`;
  const { rows } = (await (await fetch(url)).json()) as { rows: { id: string; traceId: string }[] };
  const [row] = rows;
  if (row === undefined) throw new Error(`nothing fits ${query}`);
  return row;
}
