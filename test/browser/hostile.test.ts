// What is stored was written by others: none of it may run, load, or break the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from '../../src/viewer/store/event-store.ts';
import { NO_BROWSER, pageUnderTest, settle } from './browser.ts';
import { madeAnswers } from './made-answers.ts';
import { madeRow } from './made-events.ts';
import { servePlain } from './serve.ts';

const CORPUS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "'-alert(1)-'",
  'javascript:alert(1)',
  '<iframe srcdoc="<script>parent.alert(1)</script>">',
  '</title><script>alert(1)</script>',
  '{{constructor.constructor("alert(1)")()}}',
  '$' + '{alert(1)}',
  '<a href="javascript:alert(1)">x</a>',
  '<style>*{display:none}</style>',
  '\u202Etxt.exe\u0000\u0007\u001b[31m',
  '\ud800 alone',
  '../../api/status?x=#',
  '%00%2f%2e%2e',
  '__proto__',
  'constructor',
  'x'.repeat(20_000),
  '漢'.repeat(5_000),
];

const NOW = Date.now();
const rows: Row[] = CORPUS.map((text, at) => {
  const id = `${text.slice(0, 60).toWellFormed()} ${at}`;
  return {
    ...madeRow(id, { name: text, timeMs: NOW - at * 1000, body: text, severity: 17, service: text }),
    traceId: text,
    spanId: text,
    scope: text,
    attributes: {
      'session.id': text,
      'user.id': text,
      'gen_ai.conversation.id': text,
      'gen_ai.input.messages': [
        {
          role: text,
          parts: [
            { type: text, content: text },
            { type: 'text', content: text },
          ],
        },
      ],
      'exception.message': text,
      [text]: { [text]: [text, { [text]: null }] },
    },
    resource: { 'service.name': text, [text]: text },
  };
});
const answers = madeAnswers(rows, NOW);
const DECLARED = {
  directory: CORPUS[0],
  files: 1,
  schemas: 1,
  problems: CORPUS.map((text) => ({ file: text, code: 'SCHEMA_INVALID', message: text })),
};
const SCHEMAS = CORPUS.map((name) => ({
  name,
  version: name,
  state: 'drift',
  firstMs: 1,
  lastMs: 2,
  rows: 1,
  schemas: [{ id: name, rows: 1 }],
  declared: { id: name, version: name, file: name, description: name },
  drift: { undeclared: 1, unseen: 1, type: 1, missing: 1 },
  fields: CORPUS.map((field) => ({
    field,
    path: field,
    rows: 1,
    types: [field],
    declared: {
      types: [field],
      required: true,
      deprecated: true,
      categories: [field],
      values: [field, { [field]: field }],
      description: field,
    },
    drift: ['undeclared'],
    lastMs: 1,
  })),
}));

function quarantined(text: string): object {
  return {
    name: text,
    timeMs: 1,
    schema: { id: text, version: text },
    issues: [{ path: text, expected: text, got: text }],
    isHeld: true,
  };
}
const tested = pageUnderTest(
  () => rows,
  () => ({
    ...answers,
    status: {
      ...(answers.status as object),
      directory: CORPUS[0],
      damaged: [{ file: CORPUS[1], reason: CORPUS[2] }],
      writes: { state: 'failing', sinceMs: 1, reason: CORPUS[3], refusedRequests: 1, refusedRecords: 1 },
      links: { jaeger: 'javascript:alert(1)' },
    },
    ledger: {
      entries: CORPUS.map((name) => ({
        name,
        service: name,
        kind: 'record',
        minuteMs: NOW,
        emitted: 2,
        received: 1,
        stored: 1,
        repeated: 0,
        lost: { [`dropped:${name}`]: 1 },
        gap: 1,
        settling: false,
      })),
      underWay: CORPUS.map((name) => ({ name, service: name, count: 1, silentSinceMs: NOW })),
      loggers: CORPUS.map((id) => ({ id, service: id, firstMs: NOW, latestMs: NOW, state: 'silent' })),
    },
    schemas: { schemas: SCHEMAS, declared: DECLARED, complete: false },
    'schemas/x': { schemas: SCHEMAS, declared: DECLARED, complete: false },
    quarantine: {
      directory: CORPUS[0],
      events: CORPUS.map((name) => ({ ...quarantined(name), id: name })),
      total: 500,
      unread: 1,
    },
    'quarantine/x': { ...quarantined(CORPUS[0] as string), data: rows[0]?.attributes, otlp: {} },
    'quarantine/x/check': {
      schema: null,
      issues: CORPUS.map((text) => ({ path: `/${text}`, expected: text, got: text })),
    },
  }),
  servePlain,
);

test('hostile texts in every place are shown as texts in every view', { skip: NO_BROWSER }, async () => {
  const { page, alarms } = await tested.open(
    '/?facet=session&facet=user&facet=service&col=name&col=session&col=summary',
  );
  const id = (at: number): string => encodeURIComponent(rows[at]?.id ?? '');
  const views = [
    ...rows.map((_, at) => `/event/${id(at)}`),
    ...CORPUS.filter((text) => text.isWellFormed())
      .slice(0, 15)
      .flatMap((text) => {
        const value = encodeURIComponent(text);
        return [
          `/trace/${value}?event=${id(0)}`,
          `/session/${value}`,
          `/conversation/${value}`,
          `/?q=${value}&col=${value}&facet=${value}&event=${id(1)}`,
        ];
      }),
    '/?fold=1',
    '/groups?by=name&over=1s&stat=p95:total',
    '/groups?by=session&q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E',
    '/funnel?step=severity:error&step=severity:fatal&by=session',
    '/compare?left=severity:error&right=severity:info',
    '/ledger',
    '/schemas',
    '/schemas/x',
    '/quarantine',
    '/quarantine/x',
    '/status',
    '/%E0%A4%A/%',
  ];
  for (const view of views) {
    // As a link inside the page goes: loading anew each time takes too long.
    await page.evaluate(
      `history.pushState(null, '', ${JSON.stringify(view)}); dispatchEvent(new PopStateEvent('popstate'))`,
    );
    await settle(page);
    assert.ok(((await page.locator('main').textContent()) ?? '').length > 0, `${view} is empty`);
    assert.deepEqual(alarms, [], view);
  }
  const made =
    'document.querySelectorAll("main script, main iframe, main img, main style, [onerror], [onload], a[href^=javascript]").length';
  assert.equal(await page.evaluate(made), 0);
  await page.context().close();
});

test('the alarm hears what the policy refuses, and dialogs', { skip: NO_BROWSER }, async () => {
  const { page, alarms } = await tested.open('/status');
  await page.evaluate(
    "const image = document.createElement('img'); image.src = 'http://127.0.0.1:9/x'; document.body.append(image)",
  );
  await page.evaluate("setTimeout(() => alert('seen'), 0)");
  await page.waitForTimeout(300);
  assert.ok(
    alarms.some((alarm) => alarm.includes('Content Security Policy')),
    alarms.join('\n'),
  );
  assert.ok(alarms.includes('dialog: seen'), alarms.join('\n'));
  await page.context().close();
});
