import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe } from 'node:test';
import { logRecordsOf, spansOf } from '../harness/otlp-json.ts';
import { installInRow, type RanApp, runAgain } from './run-in-row.ts';

const README = path.join(import.meta.dirname, '..', '..', 'README.md');
const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_METRICS_EXPORTER: 'none' };

const APPS = [
  { fixture: "SDK 3.x with the README's detectors", app: 'detectors' },
  {
    fixture: "SDK 2.x with the README's detectors",
    app: 'detectors',
    more: {
      dependencies: {
        '@opentelemetry/api': '1.9.1',
        '@opentelemetry/resources': '2.12.0',
        '@opentelemetry/sdk-node': '0.223.0',
      },
    },
  },
];

/** The lines of the README that begin with the detectors, as an app: what they leave to the reader is added. */
function readmeApp(): string {
  const [block = ''] = /^import \{[^}]*\} from '@opentelemetry\/resources';\n[\s\S]*?(?=^```$)/m.exec(
    readFileSync(README, 'utf8'),
  ) ?? [''];
  const whole = block
    .replace('new NodeSDK(', 'const sdk = new NodeSDK(')
    .replace('/* yours */', 'new DurableLogRecordProcessor()');
  assert.notEqual(whole, block);
  return [
    "import { NodeSDK } from '@opentelemetry/sdk-node';",
    "import { DurableLogRecordProcessor } from 'otel-events/otel';",
    "import { use } from './use-sdk.mjs';",
    whole,
    'await use(sdk);\n',
  ].join('\n');
}

for (const each of APPS) {
  describe(`an ${each.fixture}`, () => {
    const { row, installed } = installInRow(each);
    const resourceWith = async (more: Readonly<Record<string, string>>): Promise<Record<string, unknown>> => {
      writeFileSync(path.join(installed().dir, 'readme.mjs'), readmeApp());
      const ran = await runAgain<object>(installed(), { args: ['readme.mjs'], env: { ...env, ...more } });
      assert.deepEqual([ran.seen, ran.run.stderr], [{ handedOver: 1 }, '']);
      return onlyResource(ran);
    };

    row.check(
      'other',
      'OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES hold beside what the app says',
      async () => {
        const resource = await resourceWith({
          OTEL_SERVICE_NAME: 'from-variable',
          OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=one,deployment.environment.name=production',
        });
        assert.equal(resource['service.name'], 'from-variable');
        assert.equal(resource['service.instance.id'], 'one');
        assert.equal(resource['deployment.environment.name'], 'production');
        assert.equal(resource['app.org.name'], 'Acme');
        return 'variables';
      },
    );

    row.check(
      'other',
      "without them it is the app's name, and an instance and a process of the SDK's",
      async () => {
        const resource = await resourceWith({});
        assert.equal(resource['service.name'], 'shop');
        assert.match(String(resource['service.instance.id']), /^[\da-f-]{36}$/);
        assert.equal(typeof resource['process.pid'], 'number');
        assert.equal(typeof resource['host.name'], 'string');
        return 'variables';
      },
    );
  });
}

/** Of the record and of the span: the same one. */
function onlyResource({ requests }: RanApp<object>): Record<string, unknown> {
  const [record, ...records] = logRecordsOf(requests);
  const [span, ...spans] = spansOf(requests);
  assert.deepEqual([records, spans], [[], []]);
  assert.deepEqual([record?.eventName, span?.name], ['order.placed', 'request']);
  assert.deepEqual(record?.resource, span?.resource);
  return record?.resource ?? assert.fail();
}
