// The OpenTelemetry Collector is the reference for OTTL: both engines run the same statements on the same records.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../src/collector/read-config.ts';
import { tempDir } from '../harness/temp-dir.ts';
import { ATTRIBUTES, CONDITIONS, LOG_CASES, REFUSED } from './ottl-cases.ts';
import { keyValues, throughBoth } from './ottl-conformance.ts';
import { requireService } from './require-service.ts';
import { validateOtelcol } from './start-otelcol.ts';

/** A request with a resource of its own for each case. */
function logs(count: number): object {
  return {
    resourceLogs: Array.from({ length: count }, (_, index) => ({
      resource: { attributes: keyValues({ 'service.name': 'conformance' }) },
      scopeLogs: [
        {
          scope: { name: 'lib', version: '1.2' },
          logRecords: [
            {
              timeUnixNano: '1700000000123456789',
              observedTimeUnixNano: '1700000000223456789',
              severityNumber: 13,
              severityText: 'WARN',
              body: { stringValue: 'the body' },
              attributes: keyValues({ case: `c${index}`, ...ATTRIBUTES }),
              traceId: '1'.repeat(32),
              spanId: '2'.repeat(16),
              eventName: 'case.event',
            },
          ],
        },
      ],
    })),
  };
}

test('statements leave the same logs in both engines', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const groups = LOG_CASES.map((statements, index) => ({
    context: 'log',
    conditions: [`attributes["case"] == "c${index}"`],
    statements: typeof statements === 'string' ? [statements] : statements,
  }));
  const processors = { transform: { error_mode: 'ignore', log_statements: groups } };
  const { real, embedded } = await throughBoth(t, 'logs', processors, logs(LOG_CASES.length));
  assert.equal(real.length, LOG_CASES.length);
  for (const [index, statements] of LOG_CASES.entries()) {
    await t.test(String(statements), () => assert.deepEqual(embedded[index], real[index]));
  }
});

test('conditions hold for the same logs in both engines', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  const log_record = CONDITIONS.map(
    (condition, index) => `attributes["case"] == "c${index}" and (${condition})`,
  );
  const processors = { filter: { error_mode: 'ignore', logs: { log_record } } };
  const { real, embedded } = await throughBoth(t, 'logs', processors, logs(CONDITIONS.length));
  const casesIn = (items: readonly unknown[]): string[] =>
    items.map((item) => /"stringValue":"c(\d+)"/.exec(JSON.stringify(item))?.[1] ?? '');
  const [left, expected] = [new Set(casesIn(embedded)), new Set(casesIn(real))];
  assert.ok(expected.size > 0 && expected.size < CONDITIONS.length);
  for (const [index, condition] of CONDITIONS.entries()) {
    await t.test(condition, () => assert.equal(left.has(`${index}`), expected.has(`${index}`)));
  }
});

test('what one engine refuses to start with, the other refuses too', async (t) => {
  if (!requireService(t, 'otelcol')) return;
  for (const statement of REFUSED) {
    await t.test(statement, async () => {
      const processors = { transform: { log_statements: [{ context: 'log', statements: [statement] }] } };
      const config = {
        receivers: { otlp: { protocols: { http: { endpoint: 'localhost:0' } } } },
        processors,
        exporters: { nop: {} },
        service: {
          pipelines: { logs: { receivers: ['otlp'], processors: ['transform'], exporters: ['nop'] } },
        },
      };
      assert.match((await validateOtelcol({ yaml: JSON.stringify(config), dir: tempDir(t) })) ?? '', /./);
      await assert.rejects(readConfig(config), { code: 'COLLECTOR_CONFIG_INVALID' });
    });
  }
});
