import { describe } from 'node:test';
import { type AppCase, checkApp } from './check-app.ts';
import { checkDurableProcessors } from './check-durable-processors.ts';
import { NEW_NODE, OLD_NODE } from './node-version.ts';

const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_METRICS_EXPORTER: 'none' };
const app = { fixture: 'SDK 2.x', app: 'c-sdk2', env, events: 'app', spans: 'app' } as const;

const CASES: readonly AppCase[] = [
  app,
  { ...app, node: OLD_NODE },
  // The app's own call of module.register().
  { ...app, node: NEW_NODE, args: ['--disable-warning=DEP0205', 'app.mjs'] },
  { ...app, manager: 'pnpm' },
  // yarn gives api-logs the newest api, without us too; what registers and what we find is the app's.
  { ...app, manager: 'yarn', apis: 2 },
  { ...app, manager: 'yarn-pnp', apis: 2 },
];

for (const each of CASES) {
  describe(`an app with SDK 2.x: ${each.manager ?? 'npm'}, Node ${each.node ?? process.version}`, () => {
    const { row, ran } = checkApp(each);
    if (each !== app) return;
    row.check('other', 'with the durable processors in its NodeSDK everything arrives once', async () => {
      await checkDurableProcessors(ran().installed, app.app, env);
      return 'durable processors';
    });
  });
}

describe('an app with SDK 2.x whose events leave through our pipeline', () => {
  checkApp({
    ...app,
    fixture: "SDK 2.x, delivery 'durable'",
    env: { ...env, APP_DELIVERY: 'durable' },
    events: 'ours',
  });
});
