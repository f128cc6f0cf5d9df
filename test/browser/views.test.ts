import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { NO_BROWSER, pageUnderTest, screenshot, settle } from './browser.ts';
import { madeAnswers } from './made-answers.ts';
import { madeEvents } from './made-events.ts';

const NOW = Date.now();
const rows = madeEvents(200, NOW - 5000);
const failed = rows.find(({ name }) => name === 'payment.declined');
const session = String(failed?.attributes['session.id']);
const tested = pageUnderTest(
  () => rows,
  () => madeAnswers(rows, NOW),
);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A text that only the view as it should be shows. */
const VIEWS: readonly (readonly [name: string, address: string, text: string])[] = [
  ['events', '/', `${rows.length.toLocaleString('en')} rows`],
  ['event', `/?event=${failed?.id}`, 'card declined by the bank'],
  ['event-alone', `/event/${failed?.id}`, 'Around it, in the same session'],
  ['nothing', '/?q=zebra', 'No row fits this query'],
  ['wrong', '/?q=severity:%3E%3Dwarm', 'did you mean warn?'],
  ['trace', `/trace/${failed?.traceId}`, '2 errors: e'],
  ['no-trace', '/trace/00', 'Nothing is stored of this trace'],
  ['session', `/session/${session}`, 'payment.declined'],
  ['user', `/user/${failed?.attributes['user.id']}`, 'payment.declined'],
  ['conversation', '/conversation/talk-1', 'Where is my order 4711?'],
  ['groups', '/groups?by=name&over=1h&stat=p95:duration', 'SELECT cart'],
  ['funnel', '/funnel?step=name:cart.viewed&step=name:checkout.started', 'did not go on'],
  ['no-funnel', '/funnel', 'Write two steps or more'],
  ['compare', '/compare?left=severity:%3E%3Derror&right=severity:%3Cerror&q=kind:event', 'CardDeclined'],
  ['ledger', '/ledger', '1 with a gap'],
  ['ledger-open', '/ledger?open=record/shop/order.paid', 'left the app, and are not stored'],
  ['schemas', '/schemas', 'never seen'],
  ['schemas-drift', '/schemas?show=drift', '1 field not declared'],
  ['schema', '/schemas/order.paid', 'of another type'],
  ['quarantine', '/quarantine', 'its app runs'],
  ['quarantined', '/quarantine/q-1', 'wanted a number, got a string'],
  ['status', '/status', '50 records in 2 requests refused'],
  ['no-page', '/nothing/here', 'There is no such page'],
];

const LOOKS = [
  { look: 'light', colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  { look: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  { look: 'narrow', colorScheme: 'light', viewport: { width: 380, height: 760 } },
  { look: 'narrow-chosen', colorScheme: 'light', viewport: { width: 380, height: 760 }, theme: 'dark' },
] as const;

for (const { look, ...options } of LOOKS) {
  const isNarrow = options.viewport.width < 600;
  test(`each view is whole and without violations of axe: ${look}`, { skip: NO_BROWSER }, async () => {
    // Trusted Types keep axe out as well.
    const { page, alarms } = await tested.open('/', { ...options, bypassCSP: true });
    if ('theme' in options) {
      await page.goto(`${tested.url()}/status`);
      await page.getByLabel('Theme').selectOption(options.theme);
    }
    const found: string[] = [];
    for (const [name, address, text] of VIEWS) {
      await page.goto(tested.url() + address);
      await page.getByText(text).first().waitFor({ timeout: 10_000 });
      await settle(page);
      await screenshot(page, `${name}-${look}`);
      found.push(...(await violations(page)).map((one) => `${name}: ${one}`));
      assert.equal(
        await page.evaluate('document.documentElement.scrollWidth > innerWidth'),
        false,
        `${name} is too wide`,
      );
      if (isNarrow) assert.deepEqual(await hiddenBeyondEdge(page), [], name);
    }
    assert.deepEqual(found, []);
    assert.deepEqual(alarms, []);
    await page.context().close();
  });
}

test('a screen of many pixels is used', { skip: NO_BROWSER }, async () => {
  const { page, alarms } = await tested.open(`/?event=${failed?.id}`, {
    viewport: { width: 3840, height: 2160 },
  });
  await page.getByText('card declined by the bank').first().waitFor();
  await screenshot(page, 'event-4k');
  const list = await page.locator('.list').boundingBox();
  const detail = await page.locator('.detail').boundingBox();
  assert.ok((list?.height ?? 0) > 1700 && (list?.width ?? 0) > 2200, JSON.stringify(list));
  assert.ok((detail?.x ?? 0) + (detail?.width ?? 0) > 3800, JSON.stringify(detail));
  assert.deepEqual(alarms, []);
  await page.context().close();
});

/** Names of views and cells of tables that can be seen by scrolling sideways only, for which nobody would look. */
function hiddenBeyondEdge(page: Page): Promise<string[]> {
  return page.evaluate(
    `[...document.querySelectorAll('.top a, .top button, table.close td, .scroll > table > tbody > tr > td')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth)
      .map((element) => element.textContent)`,
  );
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = (await page.evaluate('axe.run()')) as {
    violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
  };
  return found.violations.flatMap(({ id, nodes }) =>
    nodes
      .slice(0, 3)
      .map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary.slice(0, 300)}`),
  );
}
