import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from '../../src/viewer/store/event-store.ts';
import { NO_BROWSER, pageUnderTest } from './browser.ts';
import { madeRow } from './made-events.ts';
import { scrollFrames } from './scroll-frames.ts';
import { servePlain } from './serve.ts';

const COUNT = 1_000_000;
const END = Date.now() - 60_000;

/** Bursts: a tenth of the rows lie in a thousandth of the time, and many of them in the same millisecond. */
function millionRows(): Row[] {
  const attributes = { 'user.id': 'u1', total: 7 };
  const resource = { 'service.name': 'shop' };
  return Array.from({ length: COUNT }, (_, at) => {
    const isBurst = at >= 500_000 && at < 600_000;
    const ms = isBurst ? END - 43_200_000 + Math.floor((at - 500_000) / 2000) : END - 86_400_000 + at * 86.4;
    return { ...madeRow(`m${at}`, { name: `n${at}`, timeMs: ms }), attributes, resource };
  }).sort((a, b) => a.timeMs - b.timeMs);
}

const rows = NO_BROWSER ? [] : millionRows();
const tested = pageUnderTest(
  () => rows,
  () => ({}),
  servePlain,
);

test('a list of a million rows shows the right rows wherever one goes, and scrolls smoothly', {
  skip: NO_BROWSER,
}, async () => {
  const { page, alarms } = await tested.open('/');
  await page.getByText('1,000,000 rows').waitFor();
  for (const part of [0, 0.1, 0.333, 0.45, 0.5, 0.55, 0.9, 1]) {
    await page.evaluate(
      `(list => { list.scrollTop = (list.scrollHeight - list.clientHeight) * ${part} })(document.querySelector('.list'))`,
    );
    await page.waitForTimeout(200);
    // Not by a text of code: the page's policy lets none be run, once it does not hold at the first look.
    await page.locator('.row', { hasText: /^…$/ }).first().waitFor({ state: 'hidden' });
    const shown = (await page.evaluate(
      "[...document.querySelectorAll('.row:not(.head)')].map((row) => [Number(row.ariaRowIndex) - 2, row.querySelector('.name').textContent])",
    )) as [number, string][];
    assert.ok(shown.length > 20);
    for (const [place, name] of shown) {
      const wanted = rows[COUNT - 1 - place];
      // Of one millisecond any order is right.
      const there = rows[Number(name.slice(1))];
      assert.ok(there !== undefined && wanted !== undefined);
      const isThere = wanted.name === name || rows.find((row) => row.name === name)?.timeMs === wanted.timeMs;
      assert.ok(isThere, `place ${place} at ${part}: ${name} instead of ${wanted.name}`);
    }
    assert.equal(
      new Set(shown.map(([, name]) => name)).size,
      shown.length,
      `a row is shown twice at ${part}`,
    );
  }
  const frames = await scrollFrames(page);
  const at = (part: number): string => `${(frames[Math.floor(frames.length * part)] ?? 0).toFixed(1)} ms`;
  console.log(`frames while scrolling: p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(0.9999)}`);
  assert.ok(
    (frames[Math.floor(frames.length * 0.5)] ?? 0) < 50,
    `half of the frames took longer than ${at(0.5)}`,
  );
  assert.deepEqual(alarms, []);
  await page.context().close();
});
