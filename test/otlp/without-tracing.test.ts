import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { isTracingSuppressed } from '@opentelemetry/core';
import { withoutTracing } from '../../src/otlp/http/without-tracing.ts';

test('what runs without tracing has nothing ambient of the request that called', async () => {
  const ambient = new AsyncLocalStorage<string>();
  const found = await ambient.run('a request', () =>
    withoutTracing(async () => {
      await null;
      return ambient.getStore();
    }),
  );
  assert.equal(found, undefined);
});

test('it keeps the instrumentations of OpenTelemetry quiet', (t) => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  t.after(() => context.disable());
  assert.equal(
    withoutTracing(() => isTracingSuppressed(context.active())),
    true,
  );
  assert.equal(isTracingSuppressed(context.active()), false);
});
