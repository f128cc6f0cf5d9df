import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { type AppCase, checkApp } from './check-app.ts';

const app = { fixture: 'traces only', app: 'd-traces-only', events: 'ours', spans: 'app' } as const;

const CASES: readonly AppCase[] = [
  app,
  { ...app, manager: 'pnpm' },
  // yarn gives api-logs the newest api, without us too.
  { ...app, manager: 'yarn', apis: 2 },
];

for (const each of CASES) {
  describe(`an app with tracing only: ${each.manager ?? 'npm'}`, () => {
    checkApp(each);
  });
}

describe('an app with tracing only, where we have an api of our own', () => {
  const { row, ran } = checkApp({
    ...app,
    fixture: 'two copies of the api',
    more: { overrides: { 'otel-events': { '@opentelemetry/api': '1.10.0' } } },
    problems: ['API_DUPLICATED'],
    apis: 2,
  });
  row.check('other', 'the warning names both versions and the fix', () => {
    const [{ message, fix } = { message: '', fix: undefined }] = ran().seen.problems;
    assert.match(message, /the app registered version 1\.9\.1, otel-events found 1\.10\.0/);
    assert.match(fix ?? '', /npm ls @opentelemetry\/api/);
    return 'both versions named';
  });
});
