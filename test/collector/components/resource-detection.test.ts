import assert from 'node:assert/strict';
import os from 'node:os';
import { type TestContext, test } from 'node:test';
import type { OtlpObject } from '../../../src/otlp/wire/decode-protobuf.ts';
import { makeProcessor, problemsOf, recordsOf } from '../make-processor.ts';

function setVariables(t: TestContext, variables: Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  for (const name of ['OTEL_RESOURCE_ATTRIBUTES', 'OTEL_RESOURCE']) delete process.env[name];
  Object.assign(process.env, variables);
  t.after(() => {
    for (const name of ['OTEL_RESOURCE_ATTRIBUTES', 'OTEL_RESOURCE']) delete process.env[name];
    Object.assign(process.env, before);
  });
}

async function resourceAfter(settings: object, attributes: Readonly<Record<string, string>> = {}) {
  const { pass } = await makeProcessor('resource_detection', settings);
  const given = Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const [item] = recordsOf({ body: {} }).resourceLogs as OtlpObject[];
  const left = await pass('logs', { resourceLogs: [{ ...item, resource: { attributes: given } }] });
  assert.ok(left);
  const [after = {}] = left.decoded().resourceLogs as OtlpObject[];
  const entries = ((after.resource as OtlpObject).attributes ?? []) as { key: string; value: object }[];
  return {
    schemaUrl: after.schemaUrl,
    attributes: Object.fromEntries(entries.map(({ key, value }) => [key, Object.values(value)[0]])),
  };
}

test('env adds what OTEL_RESOURCE_ATTRIBUTES says, decoded, over what is there', async (t) => {
  setVariables(t, { OTEL_RESOURCE_ATTRIBUTES: ' a = 1 , b=x%20y%2Cz,c=' });
  const { attributes, schemaUrl } = await resourceAfter({}, { a: 'old', z: '9' });
  assert.deepEqual(attributes, { a: '1', z: '9', b: 'x y,z', c: '' });
  assert.equal(schemaUrl, undefined);
});

test('with override: false what is there stays', async (t) => {
  setVariables(t, { OTEL_RESOURCE: 'a=1,b=2' });
  assert.deepEqual((await resourceAfter({ override: false }, { a: 'old' })).attributes, { a: 'old', b: '2' });
});

test('a variable that is malformed ends the start, and is not shown', async (t) => {
  setVariables(t, { OTEL_RESOURCE_ATTRIBUTES: 'a=1,SECRET' });
  await assert.rejects(makeProcessor('resource_detection', {}), {
    message: 'OTEL_RESOURCE_ATTRIBUTES: expected key=value, with values percent-encoded, at item 2',
  });
});

test('system adds what the machine is, by the old name too', async (t) => {
  setVariables(t, {});
  const settings = {
    detectors: ['env', 'system'],
    system: {
      hostname_sources: ['os'],
      resource_attributes: { 'host.arch': { enabled: true }, 'os.type': { enabled: false } },
    },
  };
  const { attributes, schemaUrl } = await resourceAfter(settings);
  assert.deepEqual(Object.keys(attributes), ['host.name', 'host.arch']);
  assert.equal(attributes['host.name'], os.hostname());
  assert.equal(schemaUrl, 'https://opentelemetry.io/schemas/1.40.0');
  assert.ok((await makeProcessor('resourcedetection', { detectors: ['system'] })).processor);
});

test('other detectors are for the other engine, and those of this one are named', async () => {
  assert.deepEqual(
    await problemsOf('resource_detection', {
      detectors: ['ec2', 'envv'],
      system: { resource_attributes: { 'os.name': {} } },
    }),
    [
      'detectors[0]: expected env or system; only the OpenTelemetry Collector has this; run that one with the same file',
      'detectors[1]: expected env or system, got another string',
      'system.resource_attributes.os.name: only the OpenTelemetry Collector has this; run that one with the same file',
    ],
  );
});
