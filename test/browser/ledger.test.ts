import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_BROWSER, pageUnderTest } from './browser.ts';
import { madeAnswers } from './made-answers.ts';
import { madeEvents } from './made-events.ts';

const NOW = Date.now();
const rows = madeEvents(10, NOW - 5000);
const tested = pageUnderTest(
  () => rows,
  () => madeAnswers(rows, NOW),
);

test('what came before its app reported it is told so, and is no contradiction', {
  skip: NO_BROWSER,
}, async () => {
  const { page, alarms } = await tested.open('/ledger?open=record/shop/order.shipped');
  const line = page.getByRole('row', { name: /^order.shipped/ }).first();
  const cells = await line.locator('td').allInnerTexts();
  assert.deepEqual(cells.slice(2, 7), ['10\n2 not reported yet', '12', '12', '0', '0']);
  assert.doesNotMatch((await line.getAttribute('class')) ?? '', /gap/);
  const minute = page.locator('.of-minutes tbody td');
  assert.deepEqual((await minute.allInnerTexts()).slice(1), ['10\n2 not reported yet', '12', '12', '0']);
  assert.deepEqual(alarms, []);
  await page.context().close();
});
