import { describe } from 'node:test';
import { type AppCase, checkApp } from './check-app.ts';
import { NEW_NODE, OLD_NODE } from './node-version.ts';

const ours = { app: 'a-no-otel', events: 'ours', spans: 'ours' } as const;

const CASES: readonly AppCase[] = [
  { fixture: 'no OpenTelemetry', ...ours },
  { fixture: 'no OpenTelemetry', ...ours, node: OLD_NODE },
  { fixture: 'no OpenTelemetry', ...ours, node: NEW_NODE },
  { fixture: 'no OpenTelemetry', ...ours, manager: 'pnpm' },
  { fixture: 'no OpenTelemetry', ...ours, manager: 'yarn' },
  { fixture: 'no OpenTelemetry', ...ours, manager: 'yarn-pnp' },
  { fixture: 'no OpenTelemetry, JSON', ...ours, env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' } },
  { fixture: 'api 1.3', ...ours, more: { dependencies: { '@opentelemetry/api': '1.3.0' } } },
  { fixture: 'api 1.8', ...ours, more: { dependencies: { '@opentelemetry/api': '1.8.0' } } },
];

for (const each of CASES) {
  describe(`${each.fixture}: ${each.manager ?? 'npm'}, Node ${each.node ?? process.version}`, () => {
    checkApp(each);
  });
}
