import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { NO_BROWSER, pageUnderTest, settle } from './browser.ts';
import { madeAnswers } from './made-answers.ts';
import { madeEvents, madeRow } from './made-events.ts';

const NOW = Date.now();
const rows = madeEvents(150, NOW - 60_000);
const tested = pageUnderTest(
  () => rows,
  () => madeAnswers(rows, NOW),
);
const skip = NO_BROWSER;

function param(page: Page, name: string): string | null {
  return new URL(page.url()).searchParams.get(name);
}

/** Until the address names this event; of a row that has still to come it does so when it has. */
function opens(page: Page, id: string | null | undefined): Promise<void> {
  return page.waitForURL((url) => url.searchParams.get('event') === id, { timeout: 5_000 });
}

test('the keyboard writes a query, goes through the list, opens, finds errors and closes', {
  skip,
}, async () => {
  const { page, alarms } = await tested.open('/');
  await page.keyboard.press('/');
  await page.keyboard.type('kind:event');
  await page.keyboard.press('Enter');
  await settle(page);
  assert.equal(param(page, 'q'), 'kind:event');
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.locator('.row.current[aria-rowindex="3"] .name').waitFor();
  await page.keyboard.press('Enter');
  const shown = rows.filter(({ kind }) => kind === 'event').toReversed();
  await opens(page, shown[1]?.id);
  await page.keyboard.press('k');
  await opens(page, shown[0]?.id);
  await page.keyboard.press('e');
  const error = shown.find(({ severity }, at) => at > 0 && severity >= 17);
  await opens(page, error?.id);
  await page.getByRole('heading', { name: 'payment.declined' }).waitFor();
  await page.keyboard.press('Escape');
  await opens(page, null);
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('next error').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.deepEqual(alarms, []);
  await page.context().close();
});

test('the newest rows are asked for before anything is counted', { skip }, async () => {
  const { page } = await tested.open('/');
  await page.locator('.row:not(.head) .name').first().waitFor();
  const asked = (await page.evaluate(
    "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname).filter((name) => name.startsWith('/api/'))",
  )) as string[];
  assert.equal(asked[0], '/api/events');
  assert.ok(asked.includes('/api/histogram'), `${asked}`);
  await page.context().close();
});

test('what is written is proposed, and what is wrong is marked at its place', { skip }, async () => {
  const { page } = await tested.open('/');
  await page.keyboard.press('/');
  await page.keyboard.type('name:pay');
  await page.getByRole('option', { name: /payment\.declined/ }).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.locator('[data-main=true]').inputValue(), 'name:payment.declined');
  await page.keyboard.type(' severity:>=warm');
  await page.keyboard.press('Enter');
  await page.getByText('did you mean warn?').waitFor();
  const selected = await page.evaluate('document.activeElement.value[document.activeElement.selectionStart]');
  assert.equal(selected, 'w');
  assert.equal(await page.locator('[data-main=true]').getAttribute('aria-invalid'), 'true');
  await page.context().close();
});

test('a link shows the same to somebody else: query, columns, values, event, and back again', {
  skip,
}, async () => {
  const { page } = await tested.open('/');
  await page.locator('.facet', { hasText: 'service' }).getByRole('link', { name: 'payment' }).first().click();
  await settle(page);
  assert.equal(param(page, 'q'), 'service:payment');
  const found = rows.filter(({ service }) => service === 'payment').length;
  await page.getByText(new RegExp(`^${found} rows$`)).waitFor();
  await page.locator('.row:not(.head)').first().click();
  await page.locator('.leaf', { hasText: 'error.type' }).hover();
  await page.getByRole('link', { name: 'Column error.type on or off' }).click();
  await page.getByRole('columnheader', { name: 'error.type' }).waitFor();
  const other = await tested.open(page.url().replace(tested.url(), ''));
  await other.page.getByRole('columnheader', { name: 'error.type' }).waitFor();
  await other.page.getByRole('heading', { name: 'payment.declined' }).waitFor();
  assert.equal(await other.page.locator('[data-main=true]').inputValue(), 'service:payment');
  await page.getByRole('link', { name: 'Without error.type:CardDeclined' }).click();
  await page.getByText('No row fits this query').waitFor();
  await page.goBack();
  await page.locator('.row:not(.head)').first().waitFor();
  await page.context().close();
  await other.page.context().close();
});

test('drawing over the bars chooses a range, and the numbers are those of it', { skip }, async () => {
  const { page } = await tested.open('/');
  const bars = await page.locator('.histogram-bars').boundingBox();
  assert.ok(bars);
  await page.mouse.move(bars.x + bars.width * 0.5, bars.y + 30);
  await page.mouse.down();
  await page.mouse.move(bars.x + bars.width * 0.75, bars.y + 30, { steps: 4 });
  await page.mouse.up();
  await settle(page);
  const [, since = '', until = ''] = /since:(\S+) until:(\S+)/.exec(param(page, 'q') ?? '') ?? [];
  const inRange = rows.filter(({ timeMs }) => timeMs >= Date.parse(since) && timeMs < Date.parse(until));
  assert.ok(inRange.length > 0 && inRange.length < rows.length, `${since} ${until}`);
  await page
    .getByText(`${inRange.length.toLocaleString('en')} rows`)
    .first()
    .waitFor();
  await page.context().close();
});

test('new rows that fit come by themselves; while it is paused they wait, and none is lost', {
  skip,
}, async () => {
  const { page, alarms } = await tested.open('/?q=name%3Alive.*&live=1');
  let next = 0;
  const send = async (count: number): Promise<void> => {
    await tested.add(
      Array.from({ length: count }, () =>
        madeRow(`live-${next++}`, { name: `live.${next}`, timeMs: Date.now() }),
      ),
    );
  };
  await send(1);
  await page.getByText('live.1', { exact: true }).waitFor();
  await tested.add([madeRow('other', { name: 'other', timeMs: Date.now() })]);
  await page.keyboard.press('p');
  await page.getByRole('button', { name: 'Go on' }).waitFor();
  await send(30);
  await page.getByText('30 new rows').waitFor();
  assert.equal(await page.getByText('live.31', { exact: true }).count(), 0);
  await page.keyboard.press('p');
  await page.getByText('live.31', { exact: true }).waitFor();
  await page.getByText('31 rows').first().waitFor();
  assert.equal(await page.getByText('other', { exact: true }).count(), 0);
  assert.deepEqual(alarms, []);
  await page.context().close();
});

test('who reads further down is not moved by rows that come', { skip }, async () => {
  const { page } = await tested.open('/?live=1');
  await page.locator('.row:not(.head)').first().waitFor();
  await page.locator('.list').hover();
  await page.mouse.wheel(0, 2600);
  await page.waitForTimeout(300);
  const first = await page.locator('.row:not(.head) .name').nth(12).textContent();
  await tested.add([madeRow('late', { name: 'while.reading', timeMs: Date.now() })]);
  await page.getByText('1 new row').waitFor();
  assert.equal(await page.locator('.row:not(.head) .name').nth(12).textContent(), first);
  await page.getByText('1 new row').click();
  await page.getByText('while.reading', { exact: true }).waitFor();
  await page.context().close();
});

test('repeats are folded to one row with a count', { skip }, async () => {
  const at = Date.now();
  await tested.add(
    Array.from({ length: 40 }, (_, n) =>
      madeRow(`again-${n}`, { name: 'again', body: `try ${n} failed`, timeMs: at + n }),
    ),
  );
  const { page } = await tested.open('/?q=name%3Aagain&fold=1');
  await page.getByText('×40').waitFor();
  assert.equal(await page.locator('.row:not(.head)').count(), 1);
  await page.context().close();
});

test('times are of this machine, or UTC, and stay so', { skip }, async () => {
  const { page } = await tested.open('/?q=name:gen_ai.evaluation.result');
  const [row] = rows.filter(({ name }) => name === 'gen_ai.evaluation.result');
  assert.ok(row);
  // In front of it stands its day, unless all rows are of today: that depends on when this runs.
  const utc = new Date(row.timeMs).toISOString().slice(11, 23);
  const shown = async () => (await cell.textContent())?.slice(-utc.length);
  const local = new Intl.DateTimeFormat('de', {
    timeZone: 'Europe/Berlin',
    hour: '2-digit',
    minute: '2-digit',
  });
  const cell = page.locator('.row:not(.head) .time').first();
  assert.equal((await shown())?.slice(0, 5), local.format(row.timeMs));
  await page.getByRole('button', { name: 'Local' }).click();
  assert.equal(await shown(), utc);
  await page.reload();
  assert.equal(await shown(), utc);
  await page.context().close();
});

test('in a trace `e` opens what is folded and goes to the error; a funnel leads to the people', {
  skip,
}, async () => {
  const failed = rows.find(({ name }) => name === 'payment.declined');
  const { page, alarms } = await tested.open(`/trace/${failed?.traceId}`);
  await page.keyboard.press('c');
  await page.getByText('+3').waitFor();
  await page.keyboard.press('e');
  await page.keyboard.press('e');
  await opens(page, failed?.id);
  await page.goto(`${tested.url()}/funnel?step=name:cart.viewed&step=name:checkout.started`);
  await page.getByText('did not go on').click();
  const who = page.locator('.people a').first();
  const name = await who.textContent();
  await who.click();
  await page.getByRole('heading', { name: `User ${name}` }).waitFor();
  assert.deepEqual(alarms, []);
  await page.context().close();
});
