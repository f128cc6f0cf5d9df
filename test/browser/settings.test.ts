import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page, Route } from 'playwright-core';
import { NO_BROWSER, pageUnderTest, settle } from './browser.ts';
import { madeAnswers } from './made-answers.ts';
import { madeEvents } from './made-events.ts';

const NOW = Date.now();
const rows = madeEvents(100, NOW - 5000);
const tested = pageUnderTest(
  () => rows,
  () => madeAnswers(rows, NOW),
);
const skip = NO_BROWSER;

const CHART = '/groups?by=name&over=1h';
const DARK_BACK = 'rgb(18, 20, 24)';
const LIGHT_BACK = 'rgb(247, 247, 245)';

function back(page: Page): Promise<string> {
  return page.evaluate('getComputedStyle(document.body).backgroundColor');
}

/** Until `held` holds. The policy of the page keeps a page from asking itself again and again. */
async function until(held: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!(await held())) assert.ok(Date.now() < deadline, 'not within five seconds');
}

/** Whether a chart has a pixel of a colour. */
function hasDrawn(page: Page, rgb: readonly number[]): Promise<boolean> {
  return page.evaluate(
    `(() => {
      const canvas = document.querySelector('.time-chart canvas');
      if (canvas === null) return false;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0; at < data.length; at += 4)
        if (${rgb.map((part, at) => `data[at + ${at}] === ${part}`).join(' && ')}) return true;
      return false;
    })()`,
  );
}

test('a theme is chosen, holds against that of the system, and before anything is painted', {
  skip,
}, async () => {
  const { page, alarms } = await tested.open('/status', { colorScheme: 'light' });
  assert.equal(await back(page), LIGHT_BACK);
  await page.getByLabel('Theme').selectOption('dark');
  assert.equal(await back(page), DARK_BACK);
  // The page's own script has not come yet.
  const held: Route[] = [];
  await page.route('**/page.js', (route) => void held.push(route));
  await page.goto(tested.url(), { waitUntil: 'commit' });
  await until(() => page.evaluate('document.body !== null && document.styleSheets.length === 1'));
  assert.equal(await page.evaluate('document.getElementById("page").childElementCount'), 0);
  assert.equal(await back(page), DARK_BACK);
  await Promise.all(held.map((route) => route.continue()));
  await page.unroute('**/page.js');
  await page.goto(`${tested.url()}/status`);
  await page.getByLabel('Theme').selectOption('as the system');
  assert.equal(await back(page), LIGHT_BACK);
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.equal(await back(page), DARK_BACK);
  assert.deepEqual(alarms, []);
  await page.context().close();
});

test('a chart is drawn in the colours of the theme, also when that changes', { skip }, async () => {
  const { page, alarms } = await tested.open(CHART, { colorScheme: 'light' });
  await until(() => hasDrawn(page, [47, 102, 214]));
  await page.emulateMedia({ colorScheme: 'dark' });
  await until(() => hasDrawn(page, [122, 167, 255]));
  assert.deepEqual(alarms, []);
  await page.context().close();
});

test('times are told anew when the zone changes, also where rows are counted', { skip }, async () => {
  const { page, alarms } = await tested.open('/');
  const ends = () => page.locator('.histogram figcaption').innerText();
  const before = await ends();
  await page.getByRole('button', { name: 'Local' }).click();
  await settle(page);
  assert.notEqual(await ends(), before);
  assert.deepEqual(alarms, []);
  await page.context().close();
});

test('everything is deleted once somebody has written how much that is', { skip }, async () => {
  const { page, alarms } = await tested.open('/status');
  const posted: unknown[] = [];
  await page.route('**/api/clear', (route) => {
    posted.push(route.request().postDataJSON());
    const json = { error: { code: 'STORE_UNWRITABLE', message: 'the disk is full' } };
    return route.fulfill(
      posted.length === 1 ? { status: 400, json } : { json: { atMs: NOW, rows: 100, bytes: 1_234_567 } },
    );
  });
  await page.getByRole('button', { name: 'Delete everything …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('heading', { name: `Delete ${rows.length} rows, 1.18 MiB?` }).waitFor();
  const confirm = dialog.getByRole('button', { name: 'Delete', exact: true });
  await dialog.getByRole('textbox').fill('delete');
  assert.equal(await confirm.isDisabled(), true);
  await dialog.getByRole('textbox').fill(`delete ${rows.length}`);
  await confirm.click();
  await dialog.getByText('the disk is full').waitFor();
  const asked = page.waitForRequest('**/api/status');
  await confirm.click();
  await dialog.waitFor({ state: 'detached' });
  await asked;
  assert.deepEqual(posted, [{ confirm: 'delete everything' }, { confirm: 'delete everything' }]);
  assert.deepEqual(alarms, []);
  await page.context().close();
});

test('a viewer that does not allow it shows nothing of it', { skip }, async () => {
  const { page } = await tested.open('/');
  const { status } = madeAnswers(rows, NOW) as { readonly status: object };
  await page.route('**/api/status', (route) => route.fulfill({ json: { ...status, canClear: false } }));
  await page.goto(`${tested.url()}/status`);
  await page.getByText('50 records in 2 requests refused').waitFor();
  assert.equal(await page.getByText('Delete everything').count(), 0);
  await page.context().close();
});
